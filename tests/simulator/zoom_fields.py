"""The fields of Zoom's REST responses, by Zoom's documents of 2026, and what is never sent here."""

from __future__ import annotations

PAGED = "next_page_token page_count page_size total_records"
_SIDE = (
    "ext_id did_number ext_number name email ext_type number_type device_type country_iso_code "
    "country_code account_code"
)
_SIDES = " ".join(f"{side}_{name}" for side in ("caller", "callee") for name in _SIDE.split())

# Response -> (fields of the response, its list, fields of a row). The sample has the same name.
FIELDS: dict[str, tuple[str, str, str]] = {
    "report-users-userId-meetings": (
        f"{PAGED} page_number from to meetings",
        "meetings",
        "custom_keys duration end_time id participants_count session_key source start_time topic "
        "total_minutes type user_email user_name uuid schedule_time join_waiting_room_time "
        "join_time leave_time host_organization host_name has_screen_share has_recording has_chat "
        "meeting_encryption_status participants_count_my_account",
    ),
    "past_meetings-meetingId-participants": (
        f"{PAGED} participants",
        "participants",
        "id name user_id registrant_id user_email join_time leave_time duration failover status "
        "internal_user",
    ),
    "past_webinars-webinarId-participants": (
        f"{PAGED} participants",
        "participants",
        "id name user_id registrant_id user_email join_time leave_time duration failover status "
        "internal_user",
    ),
    "past_meetings-meetingId": (
        "id uuid duration start_time end_time host_id dept participants_count source topic "
        "total_minutes type user_email user_name has_meeting_summary",
        "",
        "",
    ),
    "phone-call_history": (
        f"{PAGED} from to call_history call_logs",
        "call_history",
        "call_history_uuid call_id direction international start_time answer_time end_time "
        "duration connect_type sbc_id sbc_name sip_group_id sip_group_name call_type call_result "
        f"hide_caller_id end_to_end {_SIDES} department cost_center site_id group_id site_name "
        "spam recording_status",
    ),
    "marketplace-apps-appId-webhook_logs": (
        "next_page_token page_size webhook_logs",
        "webhook_logs",
        "event status failed_reason_type user_id endpoint subscription_id request_headers "
        "request_body response_headers response_body date_time trace_id request_id retry_num",
    ),
    "marketplace-app-event_subscription": (
        "next_page_token page_size event_subscriptions",
        "event_subscriptions",
        "event_subscription_id events event_subscription_name event_webhook_url "
        "subscription_scope created_source subscriber_id custom_header",
    ),
    "users": (
        f"{PAGED} page_number users",
        "users",
        "user_created_at created_at custom_attributes dept email employee_unique_id first_name "
        "group_ids division_ids host_key id im_group_ids last_client_version last_login_time "
        "last_name plan_united_type pmi role_id status timezone type verified display_name "
        "license_info_list",
    ),
    "users-userId": (
        "id created_at dept email first_name last_client_version last_login_time last_name pmi "
        "role_name timezone type use_pmi display_name account_id account_number cms_user_id "
        "company user_created_at custom_attributes employee_unique_id group_ids division_ids "
        "im_group_ids jid job_title cost_center language location login_types manager "
        "personal_meeting_url phone_country phone_number phone_numbers pic_url plan_united_type "
        "pronouns pronouns_option role_id status vanity_url verified cluster zoom_one_type "
        "license_info_list",
        "",
        "",
    ),
    "phone-users": (
        "next_page_token page_size total_records users",
        "users",
        "calling_plans email extension_id extension_number id name phone_user_id site status "
        "activation_status phone_numbers department cost_center",
    ),
}

# Zoom sends these only with features that the company does not have, or in other kinds of lists.
# The list `call_logs` ends in November 2026.
NEVER_SENT: dict[str, str] = {
    "report-users-userId-meetings": "join_waiting_room_time join_time leave_time",
    "phone-call_history": (
        "call_logs sbc_id sbc_name sip_group_id sip_group_name site_id group_id site_name spam "
        "caller_account_code callee_account_code"
    ),
    "users": (
        "custom_attributes employee_unique_id group_ids division_ids host_key im_group_ids "
        "last_login_time plan_united_type license_info_list"
    ),
    "users-userId": (
        "last_login_time use_pmi account_number cms_user_id custom_attributes employee_unique_id "
        "group_ids division_ids im_group_ids jid job_title cost_center location login_types "
        "manager personal_meeting_url phone_country phone_number phone_numbers pic_url "
        "plan_united_type pronouns pronouns_option vanity_url cluster zoom_one_type "
        "license_info_list"
    ),
    "phone-users": "calling_plans phone_user_id site activation_status cost_center",
}
