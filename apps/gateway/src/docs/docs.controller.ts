import { Controller, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '@app/domain';
import { pathOf } from '../http/request-path.js';
import { ServesByHand } from '../http/serves.js';
import type { DocsFiles } from './docs-files.js';
import { DOCS_POLICY } from './docs-page.js';
import { PAGE_POLICY } from '../http/plain-page.js';
import { isCached, type WebFile } from './web-file.js';

@Controller()
export class DocsController {
  constructor(private readonly files: DocsFiles) {}

  @ServesByHand('openApi')
  async openApi(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await send(request, reply, await this.files.openApi());
  }

  @ServesByHand('swagger')
  async swagger(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await send(request, reply, await this.files.swagger());
  }

  @ServesByHand('home')
  async home(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    void reply.header('content-security-policy', PAGE_POLICY);
    await send(request, reply, await this.files.home());
  }

  @ServesByHand('docs')
  async page(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    void reply.header('content-security-policy', DOCS_POLICY);
    await send(request, reply, await this.files.page(pathOf(request).endsWith('/') ? '' : 'docs/'));
  }

  @ServesByHand('docsAsset')
  async asset(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    // Not parsed by the schema: a malformed name is an unknown file too.
    @Param('file') name: string,
  ): Promise<void> {
    const file = await this.files.asset(name);
    if (file === null) throw new AppError('not_found', 'No such file.');
    await send(request, reply, file);
  }
}

/** Clients may cache the file but must revalidate it, so that a new version of the gateway shows at once. */
async function send(request: FastifyRequest, reply: FastifyReply, file: WebFile): Promise<void> {
  void reply.headers({ 'cache-control': 'no-cache', etag: file.etag });
  if (isCached(file, request.headers['if-none-match'])) {
    await reply.code(304).send();
    return;
  }
  await reply.header('content-type', file.contentType).send(file.body);
}
