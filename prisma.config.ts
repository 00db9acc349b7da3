import { defineConfig } from 'prisma/config';

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  // Only the Prisma CLI reads this; the services get their settings as PROCTOR_POSTGRES_* (libs/database).
  datasource: { url: process.env.DATABASE_URL ?? 'postgresql://proctor@localhost:5432/proctor' },
});
