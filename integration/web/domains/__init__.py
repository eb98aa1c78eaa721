"""The settings of people and companies: own domains, companies, rules, and trying an address."""
