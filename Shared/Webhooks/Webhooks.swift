/// What both sides of a webhook share.
enum WebhooksModule {}
