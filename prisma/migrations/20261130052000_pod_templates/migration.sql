-- Pod templates of administrators. A proc names one, and each execution keeps its content from when it was accepted.
CREATE TABLE "pod_template" (
  "name" TEXT NOT NULL,
  "template" JSONB NOT NULL,
  "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updated_by" TEXT NOT NULL,
  CONSTRAINT "pod_template_pkey" PRIMARY KEY ("name")
);

ALTER TABLE "proc" ADD COLUMN "pod_template" TEXT;
ALTER TABLE "proc" ADD CONSTRAINT "proc_pod_template_fkey"
  FOREIGN KEY ("pod_template") REFERENCES "pod_template" ("name") ON DELETE RESTRICT ON UPDATE CASCADE;
