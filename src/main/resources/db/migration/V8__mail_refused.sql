-- What the mail server said when it refused this address for good; null while mails arrive.
ALTER TABLE accounts ADD mail_refused text;
