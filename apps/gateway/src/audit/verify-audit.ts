import { MAX_PROBLEMS, type QueryOf, type ReplyOf } from '@app/contract';
import type { AuditKeyStore, AuditProblem, AuditVerifyStore, ChainHead } from '@app/database';

const LINKS = 500;
const ROWS = 5_000;
/** A page ends with the step in which this is over. */
const PAGE_MS = 500;

type Page = ReplyOf<'verifyAudit'>;

/** Checks the audit trail against its seals: page by page, so that no request takes long, however long the trail is. */
export class VerifyAudit {
  constructor(
    private readonly store: AuditVerifyStore,
    private readonly keys: Pick<AuditKeyStore, 'read'>,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** @throws AppError if the key of the chain is gone, or cannot be opened */
  async page({ head, cursor }: QueryOf<'verifyAudit'>): Promise<Page> {
    const key = await this.keys.read();
    const [phase = 'link', place] = cursor?.split(':') ?? [];
    const page = key && phase === 'link' ? await this.links(key, place) : await this.rows(place);
    const missing = head && cursor === undefined ? await this.store.checkHead(parseHead(head)) : null;
    const problems = [...(missing ? [missing] : []), ...page.problems].slice(0, MAX_PROBLEMS);
    return { ...page, seals: await this.store.countLinks(), problems };
  }

  private async links(key: Uint8Array, place: string | undefined): Promise<Omit<Page, 'seals'>> {
    const page = { checked: 0, problems: [] as AuditProblem[] };
    let head = place === undefined ? null : { n: Number(place), hash: '' };
    const step = async () => {
      const { count, last, problems } = await this.store.checkLinks(key, head?.n ?? null, LINKS);
      page.checked += count;
      page.problems.push(...problems);
      head = last ?? head;
      return count === LINKS;
    };
    const isMore = await this.repeat(step, page.problems);
    const checkedHead = head && head.hash !== '' ? { head } : {};
    const next = isMore && head ? `link:${head.n}` : 'row:';
    return { phase: 'links', ...page, ...checkedHead, waiting: 0, next };
  }

  private async rows(place: string | undefined): Promise<Omit<Page, 'seals'>> {
    const page = { checked: 0, waiting: 0, problems: [] as AuditProblem[] };
    let lastId = place ? BigInt(place) : null;
    const step = async () => {
      const checked = await this.store.checkRows(lastId, ROWS);
      page.checked += checked.count;
      page.waiting += checked.waiting;
      page.problems.push(...checked.problems);
      lastId = checked.lastId ?? lastId;
      return checked.count === ROWS;
    };
    const isMore = await this.repeat(step, page.problems);
    return { phase: 'rows', ...page, ...(isMore && { next: `row:${lastId}` }) };
  }

  /** Repeats a step until it finds no more, or until the page is full. @returns whether there may be more */
  private async repeat(step: () => Promise<boolean>, problems: readonly AuditProblem[]): Promise<boolean> {
    const startedAtMs = this.now();
    for (;;) {
      if (!(await step())) return false;
      if (this.now() - startedAtMs >= PAGE_MS || problems.length >= MAX_PROBLEMS) return true;
    }
  }
}

/** @param text N:HASH */
function parseHead(text: string): ChainHead {
  const [n, hash = ''] = text.split(':');
  return { n: Number(n), hash };
}
