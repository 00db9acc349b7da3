import { Prisma } from '../generated/client.js';

// https://www.prisma.io/docs/orm/reference/error-reference
export const UNIQUE_VIOLATION = 'P2002';
export const FOREIGN_KEY_VIOLATION = 'P2003';

/** True if Postgres refused a statement with this code of Prisma's. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === code;
}
