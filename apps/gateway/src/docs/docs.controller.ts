import { Controller, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '@app/domain';
import { accepts } from '../http/accepts-json.js';
import { pathOf } from '../http/request-path.js';
import { ServesByHand } from '../http/serves.js';
import type { DocsFiles } from './docs-files.js';
import { DOCS_POLICY } from './docs-page.js';
import { PAGE_POLICY } from '../http/plain-page.js';
import { sendFile } from '../http/send-file.js';

@Controller()
export class DocsController {
  constructor(private readonly files: DocsFiles) {}

  @ServesByHand('openApi')
  async openApi(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await sendFile(request, reply, await this.files.openApi());
  }

  @ServesByHand('swagger')
  async swagger(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await sendFile(request, reply, await this.files.swagger());
  }

  @ServesByHand('home')
  async home(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    void reply.headers({ 'content-security-policy': PAGE_POLICY, vary: 'accept' });
    if (accepts(request.headers.accept, ['text/html'])) {
      // Relative, because the gateway may be reached below a path of another host.
      await reply.redirect('./console/', 302);
      return;
    }
    await sendFile(request, reply, await this.files.home());
  }

  @ServesByHand('docs')
  async page(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    void reply.header('content-security-policy', DOCS_POLICY);
    await sendFile(request, reply, await this.files.page(pathOf(request).endsWith('/') ? '' : 'docs/'));
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
    await sendFile(request, reply, file);
  }
}
