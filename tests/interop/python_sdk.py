"""Yoti's official Python SDK (PyPI `yoti`) against a running simulator, one job a call.

Owns no judgement: it prints as JSON what the SDK made of the answers; `tests/interop.rs` compares.

    python_sdk.py create|in-branch|supported
    python_sdk.py read SESSION…
    python_sdk.py media|delete-media SESSION MEDIA
    python_sdk.py delete SESSION
    python_sdk.py instructions SESSION REQUIREMENT

The application is told by INTEROP_BASE_URL, YOTI_CLIENT_SDK_ID and YOTI_KEY_FILE_PATH.
"""

import hashlib
import json
import os
import sys

from yoti_python_sdk.doc_scan import (
    DocScanClient,
    NotificationConfigBuilder,
    RequestedDocumentAuthenticityCheckBuilder,
    RequestedFaceMatchCheckBuilder,
    RequestedLivenessCheckBuilder,
    RequestedTextExtractionTaskBuilder,
    SdkConfigBuilder,
    SessionSpecBuilder,
)
from yoti_python_sdk.doc_scan.exception import DocScanException
from yoti_python_sdk.doc_scan.session.create.check.requested_check import RequestedCheck
from yoti_python_sdk.doc_scan.session.create.filter.document_restrictions_filter import (
    DocumentRestrictionBuilder,
    DocumentRestrictionsFilterBuilder,
)
from yoti_python_sdk.doc_scan.session.create.filter.required_id_document import (
    RequiredIdDocumentBuilder,
)
from yoti_python_sdk.doc_scan.session.create.filter.required_supplementary_document import (
    RequiredSupplementaryDocumentBuilder,
)
from yoti_python_sdk.doc_scan.session.create.objective import ProofOfAddressObjectiveBuilder
from yoti_python_sdk.http import SignedRequest

BASE = os.environ["INTEROP_BASE_URL"]
SDK_ID = os.environ["YOTI_CLIENT_SDK_ID"]
KEY = os.environ["YOTI_KEY_FILE_PATH"]

IN_BRANCH = [
    {"type": "IBV_VISUAL_REVIEW_CHECK", "config": {"manual_check": "IBV"}},
    {"type": "PROFILE_DOCUMENT_MATCH", "config": {"manual_check": "IBV"}},
    {"type": "DOCUMENT_SCHEME_VALIDITY_CHECK", "config": {"manual_check": "IBV", "scheme": "UK_DBS"}},
]

ADDRESS = {
    "address_format": 1,
    "building_number": "1",
    "address_line1": "1 Sample Street",
    "town_city": "Exampleton",
    "postal_code": "EX1 1AA",
    "country_iso": "GBR",
    "country": "United Kingdom",
}


class VisualReview(RequestedCheck):
    """A check type that the SDK has no builder for, made with its own base class."""

    type = "IBV_VISUAL_REVIEW_CHECK"
    config = {"manual_check": "IBV"}


def client():
    return DocScanClient(SDK_ID, KEY, BASE)


def request(method, path, payload=None):
    """A request that the SDK has no call for, through its own request builder."""
    builder = (
        SignedRequest.builder()
        .with_http_method(method)
        .with_pem_file(KEY)
        .with_base_url(BASE)
        .with_endpoint(path)
        .with_param("sdkId", SDK_ID)
    )
    if payload is not None:
        builder = builder.with_payload(json.dumps(payload).encode()).with_header(
            "Content-Type", "application/json"
        )
    return builder.build().execute()


def create():
    passport = (
        DocumentRestrictionBuilder()
        .with_country_codes(["GBR"])
        .with_document_types(["PASSPORT"])
        .build()
    )
    accepted = DocumentRestrictionsFilterBuilder().for_whitelist().with_document_restriction(passport)
    notifications = (
        NotificationConfigBuilder()
        .with_endpoint("https://relying-business.example/notifications")
        .with_auth_token("user:password")
        .for_session_completion()
        .for_check_completion()
        .build()
    )
    address = (
        RequiredSupplementaryDocumentBuilder()
        .with_country_codes(["GBR"])
        .with_document_types(["UTILITY_BILL"])
        .with_objective(ProofOfAddressObjectiveBuilder().build())
        .build()
    )
    spec = (
        SessionSpecBuilder()
        .with_client_session_token_ttl(1209600)
        .with_resources_ttl(2592000)
        .with_user_tracking_id("case-0042")
        .with_notifications(notifications)
        .with_requested_check(
            RequestedDocumentAuthenticityCheckBuilder().with_manual_check_fallback().build()
        )
        .with_requested_check(
            RequestedFaceMatchCheckBuilder().with_manual_check_fallback().build()
        )
        .with_requested_check(
            RequestedLivenessCheckBuilder().for_zoom_liveness().with_max_retries(1).build()
        )
        .with_requested_check(VisualReview())
        .with_requested_task(
            RequestedTextExtractionTaskBuilder().with_manual_check_fallback().build()
        )
        .with_sdk_config(SdkConfigBuilder().with_locale("en-GB").with_allows_camera().build())
        .with_required_document(
            RequiredIdDocumentBuilder().with_filter(accepted.build()).build()
        )
        .with_required_document(address)
        .build()
    )
    made = client().create_session(spec)
    return {
        "session_id": made.session_id,
        "token": bool(made.client_session_token),
        "ttl": made.client_session_token_ttl,
    }


def in_branch():
    document = {
        "type": "ID_DOCUMENT",
        "filter": {
            "type": "DOCUMENT_RESTRICTIONS",
            "inclusion": "WHITELIST",
            "documents": [{"country_codes": ["GBR"], "document_types": ["PASSPORT"]}],
        },
    }
    bill = {
        "type": "SUPPLEMENTARY_DOCUMENT",
        "country_codes": ["GBR"],
        "document_types": ["UTILITY_BILL"],
        "objective": {"type": "UK_DBS"},
    }
    answer = request(
        "POST",
        "/sessions",
        {
            "client_session_token_ttl": 1296000,
            "resources_ttl": "2592000",
            "ibv_options": {"support": "MANDATORY"},
            "requested_checks": IN_BRANCH,
            "required_documents": [document, bill],
            "resources": {
                "applicant_profile": {
                    "full_name": "Avery Sampleton",
                    "date_of_birth": "1979-05-01",
                    "structured_postal_address": ADDRESS,
                }
            },
        },
    )
    return {"status": answer.status_code, "session_id": json.loads(answer.text).get("session_id")}


def instructions(session, requirement):
    body = {
        "contact_profile": {
            "first_name": "Avery",
            "last_name": "Sampleton",
            "email": "avery@example.org",
        },
        "documents": [
            {
                "requirement_id": requirement,
                "document": {
                    "type": "ID_DOCUMENT",
                    "country_code": "GBR",
                    "document_type": "PASSPORT",
                },
            }
        ],
        "branch": {"type": "UK_POST_OFFICE", "fad_code": "9990017"},
    }
    put = request("PUT", f"/sessions/{session}/instructions", body)
    got = request("GET", f"/sessions/{session}/instructions")
    return {"put": put.status_code, "get": got.status_code, "letter": json.loads(got.text)}


def media_id(holder):
    media = getattr(holder, "media", None)
    return media.id if media else None


def seconds(time):
    return int(time.timestamp()) if time else None


def page(page):
    return {
        "capture_method": page.capture_method,
        "media": page.media.id if page.media else None,
        "frames": [frame.media.id if frame.media else None for frame in page.frames],
    }


def task(task):
    return {
        "id": task.id,
        "type": task.type,
        "state": task.state,
        "generated_checks": [check.id for check in task.generated_checks],
    }


def document(resource):
    return {
        "id": resource.id,
        "document_type": resource.document_type,
        "issuing_country": resource.issuing_country,
        "pages": [page(one) for one in resource.pages],
        "document_fields": media_id(resource.document_fields),
        "tasks": [task(one) for one in resource.tasks],
    }


def check(check):
    report = check.report
    advice = report.recommendation if report else None
    return {
        "id": check.id,
        "type": check.type,
        "state": check.state,
        "resources_used": list(check.resources_used or []),
        "created": seconds(check.created),
        "last_updated": seconds(check.last_updated),
        "value": advice.value if advice else None,
        "reason": advice.reason if advice else None,
        "recovery_suggestion": advice.recovery_suggestion if advice else None,
        "breakdown": [
            {
                "sub_check": part.sub_check,
                "result": part.result,
                "process": part.process,
                "details": [[one.name, one.value] for one in part.details],
            }
            for part in (report.breakdown if report else [])
        ],
    }


def parsed(session):
    try:
        result = client().get_session(session)
    except DocScanException as refused:
        return {"status": refused.status_code, "text": refused.text}
    except (TypeError, KeyError, AttributeError, ValueError) as fault:
        return {"sdk_fault": type(fault).__name__}
    resources = result.resources
    return {
        "session_id": result.session_id,
        "state": result.state,
        "client_session_token_ttl": result.client_session_token_ttl,
        "user_tracking_id": result.user_tracking_id,
        "id_documents": [document(one) for one in resources.id_documents],
        "supplementary_documents": [document(one) for one in resources.supplementary_documents],
        "liveness_capture": [
            {"id": one.id, "liveness_type": one.liveness_type} for one in resources.liveness_capture
        ],
        "checks": [check(one) for one in result.checks],
    }


def media(session, media):
    try:
        value = client().get_media_content(session, media)
    except DocScanException as refused:
        return {"status": refused.status_code}
    if value is None:
        return {"withheld": True}
    return {"mime_type": value.mime_type, "sha256": hashlib.sha256(value.content).hexdigest()}


def done(call, *arguments):
    try:
        call(*arguments)
    except DocScanException as refused:
        return {"status": refused.status_code, "text": refused.text}
    return {"done": True}


def supported():
    countries = client().get_supported_documents().supported_countries
    return {
        country.code: [document.type for document in country.supported_documents]
        for country in countries
    }


def main(job, *arguments):
    jobs = {
        "create": create,
        "in-branch": in_branch,
        "instructions": instructions,
        "read": lambda *sessions: {session: parsed(session) for session in sessions},
        "media": media,
        "delete-media": lambda session, one: done(client().delete_media_content, session, one),
        "delete": lambda session: done(client().delete_session, session),
        "supported": supported,
    }
    json.dump(jobs[job](*arguments), sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
