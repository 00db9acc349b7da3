-- A `callback_url` may be longer than a row of an index. A hash tells the recipients of one event apart as well; not md5,
-- which a Postgres in FIPS mode refuses.
DROP INDEX "delivery_notification_id_channel_recipient_key";
CREATE UNIQUE INDEX "delivery_once" ON "delivery" ("notification_id", "channel", hashtextextended("recipient", 0));
