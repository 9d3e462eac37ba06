-- A copied database writes to nobody: what waits is called off, and nothing new goes out
-- or is approved by itself.
UPDATE cartera_communication
   SET state = 'cancelled', message = 'Called off: this database is a copy'
 WHERE state IN ('planned', 'ready', 'queued', 'sending');
UPDATE mail_mail SET state = 'cancel'
 WHERE state = 'outgoing'
   AND id IN (SELECT mail_id FROM cartera_communication);
UPDATE sms_sms SET state = 'canceled'
 WHERE state = 'outgoing'
   AND uuid IN (SELECT sms_uuid FROM cartera_communication);
UPDATE cartera_webhook_delivery
   SET state = 'failed', url = 'https://invalid.invalid/'
 WHERE state <> 'sent';
UPDATE cartera_strategy_step SET webhook_url = 'https://invalid.invalid/'
 WHERE webhook_url IS NOT NULL;
UPDATE res_company SET cartera_plan_approval = 'manual';
UPDATE cartera_plan SET state = 'cancelled'
 WHERE state IN ('simulated', 'approved', 'running');
