"""The registry of personal data: the columns that can contain it, its kind, and how an erasure
removes it. All other text columns are listed as columns without personal data, so that each new
column needs a decision.

Numbers, times and booleans are not listed, because they do not identify a person. In Dagster's
tables, which are not ours, all texts are searched.
"""

from dataclasses import dataclass
from typing import Literal, cast, get_args

Holds = Literal[
    "person_key",  # an email address, in any spelling
    "name",
    "zoom_user_id",
    "phone_number",
    "registrant_id",
    "customer_key",
    "participant_uuid",
    "user_id",  # of a WorkSights user
    "text",  # any text, such as a topic
    "fields",  # of a landed event
    "body",  # of a delivery
]
# `row`: the row is deleted if this column names the person. `with_row`: deleted with its row.
# `blank`: the column is emptied. `redaction`: the person is removed from the events. `derivation`:
# the derived rows are re-derived. `listed`: listed for a decision.
ErasedBy = Literal["row", "with_row", "blank", "redaction", "derivation", "listed"]


@dataclass(frozen=True)
class PersonalColumn:
    table: str
    column: str
    holds: Holds
    erased_by: ErasedBy


REGISTRY = """
    worksights.users                        user_id             user_id             row
    worksights.users                        email               person_key          with_row
    worksights.users                        full_name           name                with_row
    worksights.users                        manager_user_id     user_id             blank

    integration.connections                 label               text                blank
    integration.connections                 owner_user_id       user_id             blank
    integration.connections                 status_detail       text                blank
    integration.connections                 phone_detail        text                blank
    integration.connections                 subscription_detail text                blank
    integration.mapping_changes             zoom_user_id        zoom_user_id        row
    integration.mapping_changes             user_id             user_id             row
    integration.mapping_changes             changed_by          user_id             blank
    integration.mapping_requests            zoom_user_id        zoom_user_id        row
    integration.mapping_requests            user_id             user_id             row
    integration.mapping_requests            from_user_id        user_id             blank
    integration.mapping_requests            requested_by        user_id             blank
    integration.mapping_requests            decided_by          user_id             blank
    integration.reviewed_zoom_users         zoom_user_id        zoom_user_id        row
    integration.reviewed_zoom_users         reviewed_by         user_id             blank
    integration.test_meetings               user_id             user_id             row
    integration.subscription_changes        user_id             user_id             row
    integration.subscription_changes        changed_by          user_id             blank
    integration.domain_overrides            changed_by          user_id             blank
    integration.identity_settings           changed_by          user_id             blank
    integration.own_domains                 changed_by          user_id             blank
    integration.person_names                person_key          person_key          row
    integration.person_names                display_name        name                with_row
    integration.person_names                changed_by          user_id             blank
    integration.exclusions                  email_or_domain     person_key          row
    integration.exclusions                  changed_by          user_id             blank
    integration.privacy_settings            changed_by          user_id             blank
    integration.pauses                      user_id             user_id             row
    integration.private_sessions            user_id             user_id             row
    integration.erasure_requests            user_id             user_id             blank
    integration.sign_in_links               user_id             user_id             row
    integration.page_sessions               user_id             user_id             row
    integration.page_sessions               message             text                with_row
    integration.notices_seen                user_id             user_id             row
    integration.mails                       user_id             user_id             row
    integration.digest_subscriptions        user_id             user_id             row
    integration.notifications               user_id             user_id             row
    integration.openid_subjects             user_id             user_id             row
    integration.access_log                  actor               user_id             blank
    integration.access_log                  about_user_id       user_id             row
    integration.access_log                  about_person_id     text                row
    integration.audit_trail                 user_id             user_id             blank
    integration.audit_trail                 subject             text                blank
    integration.audit_trail                 details             text                blank

    ingress.deliveries                      body                body                blank
    zoom_raw.events                         fields              fields              redaction
    zoom_raw.users                          zoom_user_id        zoom_user_id        row
    zoom_raw.users                          email               person_key          row
    zoom_raw.users                          first_name          name                with_row
    zoom_raw.users                          last_name           name                with_row
    zoom_raw.users                          display_name        name                with_row
    zoom_raw.phone_users                    zoom_user_id        zoom_user_id        row
    zoom_raw.phone_users                    extension_id        text                with_row
    zoom_raw.phone_users                    extension_number    text                with_row

    pipeline.user_emails                    user_id             user_id             row
    pipeline.user_emails                    email               person_key          row
    pipeline.user_emails                    written_email       person_key          row
    pipeline.applied_exclusions             written             person_key          row
    pipeline.cleaned_texts                  written             person_key          row
    pipeline.cleaned_texts                  cleaned             person_key          row
    pipeline.settings                       subject             text                derivation
    pipeline.settings                       value               text                derivation
    pipeline.setting_changes                subject             text                derivation
    pipeline.setting_changes                value               text                derivation
    pipeline.changed_periods                user_id             user_id             derivation
    pipeline.changed_periods                person_id           text                derivation
    pipeline.failures                       scope               text                derivation

    clientsights_raw.email_addresses        address             person_key          row
    clientsights_raw.email_addresses        person_key          person_key          row
    clientsights_raw.email_addresses        person_id           text                with_row
    clientsights_raw.email_addresses        guessed_name        name                with_row
    clientsights_raw.email_addresses        corrected_name      name                with_row
    clientsights_raw.email_address_moves    address             person_key          row
    clientsights_raw.email_address_moves    person_key_before   person_key          row
    clientsights_raw.email_address_moves    person_key_after    person_key          row
    clientsights_raw.display_names          display_name        name                row
    clientsights_raw.display_names          person_name         name                with_row

    intermediate.int_call_legs              zoom_user_id        zoom_user_id        derivation
    intermediate.int_call_legs              extension_id        text                derivation
    intermediate.int_call_legs              extension_number    text                derivation
    intermediate.int_call_legs              phone_number        phone_number        derivation
    intermediate.int_call_legs              email               person_key          derivation
    intermediate.int_call_legs              name                name                derivation
    intermediate.int_call_people            person              zoom_user_id        derivation
    intermediate.int_call_sides             person              zoom_user_id        derivation
    intermediate.int_leg_links              group_id            participant_uuid    derivation
    intermediate.int_leg_links              linked_group_id     participant_uuid    derivation
    intermediate.int_leg_groups             group_id            participant_uuid    derivation
    intermediate.int_leg_groups             bound_group_id      participant_uuid    derivation
    intermediate.int_connection_legs        participant_uuid    participant_uuid    derivation
    intermediate.int_connection_legs        zoom_user_id        zoom_user_id        derivation
    intermediate.int_connection_legs        registrant_id       registrant_id       derivation
    intermediate.int_connection_legs        customer_key        customer_key        derivation
    intermediate.int_connection_legs        email               person_key          derivation
    intermediate.int_connection_legs        display_name        name                derivation
    intermediate.int_participant_legs       zoom_user_id        zoom_user_id        derivation
    intermediate.int_participant_legs       email               person_key          derivation
    intermediate.int_participant_legs       display_name        name                derivation
    intermediate.int_entries                user_id             user_id             derivation
    intermediate.int_entry_days             user_id             user_id             derivation
    intermediate.int_interactions           user_id             user_id             derivation
    intermediate.int_interactions           person_id           text                derivation
    intermediate.int_meeting_sessions       host_zoom_user_id   zoom_user_id        derivation
    intermediate.int_meeting_sessions       topic               text                listed
    intermediate.int_outcomes               user_id             user_id             derivation
    intermediate.int_outcomes               zoom_user_id        zoom_user_id        derivation
    intermediate.int_outcomes               email               person_key          derivation
    intermediate.int_outcomes               display_name        name                derivation
    intermediate.int_participant_users      user_id             user_id             derivation
    intermediate.int_participants           zoom_user_id        zoom_user_id        derivation
    intermediate.int_participants           email               person_key          derivation
    intermediate.int_participants           display_name        name                derivation
    intermediate.int_participants           imported_email      person_key          derivation
    intermediate.int_affiliations           person_id           text                derivation
    intermediate.int_person_months          person_id           text                derivation
    intermediate.int_person_months          person_name         name                derivation
    intermediate.int_person_sessions        person_id           text                derivation
    intermediate.int_person_sessions        person_name         name                derivation
    intermediate.int_relationship_months    user_id             user_id             derivation
    intermediate.int_relationship_months    person_id           text                derivation
    intermediate.int_relationships          user_id             user_id             derivation
    intermediate.int_relationships          person_id           text                derivation
    intermediate.int_company_relationship_months user_id        user_id             derivation
    intermediate.int_company_relationships  user_id             user_id             derivation
    timeline.sessions                       host_zoom_user_id   zoom_user_id        derivation
    timeline.sessions                       topic               text                listed
    timeline.participants                   zoom_user_id        zoom_user_id        derivation
    timeline.participants                   user_id             user_id             derivation
    timeline.participants                   email               person_key          derivation
    timeline.participants                   display_name        name                derivation
    timeline.participants                   person_id           text                derivation
    timeline.user_days                      user_id             user_id             derivation
    timeline.activities                     user_id             user_id             derivation
    timeline.activities                     title               text                listed
    timeline.activities                     topic               text                listed
    timeline.activities                     caller_id           name                derivation
    operations.outcomes                     user_id             user_id             derivation
    clientsights.people                     person_id           text                derivation
    clientsights.people                     email               person_key          derivation
    clientsights.people                     display_name        name                derivation
"""

# Columns without personal data in any table: ids of things that this product or Zoom assigns, words
# from a fixed list, and versions.
NOT_PERSONAL = """
    organization_id zoom_account_id connection_id session_id event_id participant_id activity_id
    company_id leg_id leg_user_id call_id zoom_uuid zoom_meeting_id
    event source feature kind side role outcome status disposition reason decision mapped_by
    session_type title_words end_source connection_state service category color direction detail
    affiliation grade name_source company_name_source rule_version psl_version time_zone
    host domain company_domain company_key company_key_before company_key_after company_name
    company_skeleton skeleton kind_before kind_after reason_before reason_after
"""
# The same for single tables. Names and domains of companies are not personal; tokens are encrypted.
# The operator who asked for an erasure is named in its certificate, which is kept as evidence.
NOT_PERSONAL_IN = """
    worksights.organizations        name
    integration.access_log          act via_link_of
    integration.connections         missing_events received_events features_left_out
    integration.audit_head          hash
    integration.audit_trail         via_link_of hash user_salt user_digest subject_salt
    integration.audit_trail         subject_digest details_salt details_digest
    integration.exclusions          level
    integration.identity_settings   name value
    integration.privacy_settings    name value
    integration.tokens              grant_type access_token refresh_token api_url scope
    integration.sign_in_links       token_hash made_by method
    integration.page_sessions       session_hash via_link_of method browser
    integration.openid_providers    issuer client_id client_secret verified_by
    integration.openid_subjects     subject_hash
    integration.authorizations      state_hash session_hash code_verifier
    integration.mails               sealed
    integration.causes              cause subject facts
    integration.notifications       channel
    integration.last_looks          what
    integration.sign_in_requests    address_digest client_digest
    integration.tombstones          digest person
    integration.keys                purpose key_id process
    integration.erasures            removed asked_by
    ingress.deliveries              body_sha256
    pipeline.applied_privacy        topics phone_numbers
    pipeline.batches                run_id delay_median delay_95
    pipeline.built_views            kind fingerprint
    pipeline.failures               model error
    pipeline.model_code             model fingerprint
    pipeline.progress               model fingerprint
    pipeline.run_failures           run_id job steps checks
    pipeline.passed_jobs            job
    pipeline.zoom_requests          label
    zoom_raw.healed_days            error position
    zoom_raw.known_sessions         error
    clientsights.companies          name
    public.worksights_zoom_schema   version_num
"""


def personal_columns() -> list[PersonalColumn]:
    """The rows of the registry, in its order."""
    return [_column(*line.split()) for line in REGISTRY.splitlines() if line.strip()]


def _column(table: str, column: str, holds: str, erased_by: str) -> PersonalColumn:
    if holds not in get_args(Holds) or erased_by not in get_args(ErasedBy):
        raise ValueError(f"{table}.{column}: {holds}, {erased_by}")
    return PersonalColumn(table, column, cast(Holds, holds), cast(ErasedBy, erased_by))


def columns_without_personal_data() -> tuple[set[str], dict[str, set[str]]]:
    """(columns of any table, columns of single tables)."""
    of_tables: dict[str, set[str]] = {}
    for line in NOT_PERSONAL_IN.splitlines():
        table, *columns = line.split() or [""]
        of_tables.setdefault(table, set()).update(columns)
    return set(NOT_PERSONAL.split()), of_tables
