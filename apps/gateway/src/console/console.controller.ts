import { Controller, Param, Req, Res } from '@nestjs/common';
import { AppError } from '@app/domain';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PAGE_POLICY, renderPage } from '../http/plain-page.js';
import { pathOf } from '../http/request-path.js';
import { sendFile } from '../http/send-file.js';
import { ServesByHand } from '../http/serves.js';
import { chooseEncoding } from './choose-encoding.js';
import type { ConsoleFiles } from './console-files.js';

/** Scripts, styles, images and requests of this gateway only. Nothing is inline, and no text becomes markup. */
const CONSOLE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const IMMUTABLE = 'public, max-age=31536000, immutable';

const NOT_BUILT = renderPage(
  'The console is not built',
  `    <p>This gateway works, but it has no files of the console. <code>npm run build</code> makes them; then load this page again.</p>
    <p>Until then, use the CLI: <code>proctor help</code>.</p>`,
);

/** The web console: one page for all of its addresses, and its assets. */
@Controller()
export class ConsoleController {
  constructor(private readonly files: ConsoleFiles) {}

  @ServesByHand('consoleHome')
  async home(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    if (pathOf(request).endsWith('/')) await this.sendPage(request, reply);
    else await reply.redirect('./console/', 302);
  }

  @ServesByHand('consolePage')
  async section(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.sendPage(request, reply);
  }

  @ServesByHand('consoleItem')
  async item(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.sendPage(request, reply);
  }

  @ServesByHand('consoleTab')
  async itemAction(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.sendPage(request, reply);
  }

  @ServesByHand('consoleAsset')
  async asset(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    // Not parsed by the schema: a malformed name is an unknown file too.
    @Param('file') name: string,
  ): Promise<void> {
    const asset = await this.files.asset(name);
    if (asset === null) throw new AppError('not_found', 'No such file.');
    const { encoding, body } = chooseEncoding(asset, request.headers['accept-encoding']);
    void reply.headers({
      'cache-control': IMMUTABLE,
      'content-type': asset.contentType,
      vary: 'accept-encoding',
      ...(encoding && { 'content-encoding': encoding }),
    });
    await reply.send(body);
  }

  private async sendPage(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const page = await this.files.page(foldersBelowConsole(request.url));
    if (page === null) {
      void reply.code(404).headers({ 'content-type': 'text/html; charset=utf-8' });
      await reply.header('content-security-policy', PAGE_POLICY).send(NOT_BUILT);
      return;
    }
    void reply.header('content-security-policy', CONSOLE_POLICY);
    await sendFile(request, reply, page);
  }
}

/** `/console/` and `/console/procs`: 0; `/console/procs/greet`: 1. */
function foldersBelowConsole(url: string): number {
  const [path = ''] = url.split('?', 1);
  return path.split('/').length - '/console/'.split('/').length;
}
