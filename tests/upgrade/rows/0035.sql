insert into ingress.url_validations (validated_at) values ('2025-06-01');
