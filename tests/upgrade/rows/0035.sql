insert into ingress.url_validations values ('2025-06-01');
