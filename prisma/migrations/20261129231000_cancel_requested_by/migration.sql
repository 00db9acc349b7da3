-- Who requested a cancel, so that the worker's end can name them. NULL where a gateway of an earlier version took the request.
ALTER TABLE "execution" ADD COLUMN "cancel_requested_by" TEXT;
