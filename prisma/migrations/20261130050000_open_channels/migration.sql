-- What the notifier can send over, so that the gateway can say that email is off. Null: no notifier has started yet.
ALTER TABLE "installation"
  ADD COLUMN "open_channels" TEXT[];
