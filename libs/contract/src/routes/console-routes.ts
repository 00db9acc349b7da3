import * as z from 'zod';
import type { Route } from './route.js';

/** A part of an address of the console. The console itself says if there is no such page. */
const segment = z.string().min(1).max(500);
const assetParams = z.object({ file: z.string().regex(/^[A-Za-z0-9._-]{1,200}$/) });

const PAGE = {
  method: 'GET',
  who: 'anyone',
  reply: z.string(),
  replyType: 'html',
  successStatus: 200,
  otherStatuses: { 404: 'The console is not built.' },
} as const;

export const consoleRoutes = {
  consoleHome: { ...PAGE, path: '/console', summary: 'Open the console' },
  consoleAsset: {
    method: 'GET',
    path: '/console/assets/:file',
    who: 'anyone',
    summary: 'Load an asset of the console',
    params: assetParams,
    reply: z.string(),
    replyType: 'file',
    successStatus: 200,
  },
  consolePage: {
    ...PAGE,
    path: '/console/:page',
    summary: 'Open a page of the console',
    params: z.object({ page: segment }),
  },
  consoleItem: {
    ...PAGE,
    path: '/console/:page/:id',
    summary: 'Open a page of the console',
    params: z.object({ page: segment, id: segment }),
  },
  consoleTab: {
    ...PAGE,
    path: '/console/:page/:id/:tab',
    summary: 'Open a page of the console',
    params: z.object({ page: segment, id: segment, tab: segment }),
  },
} as const satisfies Record<string, Route>;
