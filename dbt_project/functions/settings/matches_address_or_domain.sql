email = address_or_domain
or strpos(address_or_domain, '@') = 0
and right(email, length(address_or_domain) + 1)
    in ('@' || address_or_domain, '.' || address_or_domain)
