"""What an installation consists of: its bill of materials, known vulnerabilities and licenses.

`make sbom`, `make audit` and `make notices` run these modules. The product does not import them.
"""
