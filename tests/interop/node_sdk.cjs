// Yoti's official Node SDK (npm `yoti`) against a running simulator, one job a call.
//
// Owns no judgement: it prints as JSON what the SDK made of the answers; `tests/interop.rs`
// compares. Same jobs and same words as `python_sdk.py`; the SDK is found in INTEROP_NODE.

'use strict';

const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

console.log = console.error; // the SDK talks on standard output, which is for the answer here

const yoti = require(path.join(process.env.INTEROP_NODE, 'node_modules', 'yoti'));

const base = process.env.INTEROP_BASE_URL;
const sdkId = process.env.YOTI_CLIENT_SDK_ID;
const key = fs.readFileSync(process.env.YOTI_KEY_FILE_PATH, 'utf8');
const client = new yoti.IDVClient(sdkId, key, { apiUrl: base });

const address = {
  address_format: 1,
  building_number: '1',
  address_line1: '1 Sample Street',
  town_city: 'Exampleton',
  postal_code: 'EX1 1AA',
  country_iso: 'GBR',
  country: 'United Kingdom',
};

async function request(method, endpoint, payload) {
  const builder = new yoti.RequestBuilder()
    .withPemString(key)
    .withBaseUrl(base)
    .withEndpoint(endpoint)
    .withQueryParam('sdkId', sdkId)
    .withMethod(method);
  if (payload) {
    builder.withPayload(new yoti.Payload(payload)).withHeader('Content-Type', 'application/json');
  }
  return builder.build().execute();
}

async function create() {
  const passport = new yoti.DocumentRestrictionBuilder()
    .withCountries(['GBR'])
    .withDocumentTypes(['PASSPORT'])
    .build();
  const filter = new yoti.DocumentRestrictionsFilterBuilder()
    .forWhitelist()
    .withDocumentRestriction(passport)
    .build();
  const bill = new yoti.RequiredSupplementaryDocumentBuilder()
    .withCountryCodes(['GBR'])
    .withDocumentTypes(['UTILITY_BILL'])
    .withObjective(new yoti.ProofOfAddressObjectiveBuilder().build())
    .build();
  const specification = new yoti.SessionSpecificationBuilder()
    .withClientSessionTokenTtl(1209600)
    .withResourcesTtl(2592000)
    .withUserTrackingId('case-0042')
    .withRequestedCheck(
      new yoti.RequestedDocumentAuthenticityCheckBuilder().withManualCheckFallback().build(),
    )
    .withRequestedCheck(
      new yoti.RequestedFaceMatchCheckBuilder().withManualCheckFallback().build(),
    )
    .withRequestedCheck(
      new yoti.RequestedLivenessCheckBuilder().forZoomLiveness().withMaxRetries(1).build(),
    )
    .withRequestedTask(
      new yoti.RequestedTextExtractionTaskBuilder().withManualCheckFallback().build(),
    )
    .withSdkConfig(new yoti.SdkConfigBuilder().withLocale('en-GB').build())
    .withRequiredDocument(new yoti.RequiredIdDocumentBuilder().withFilter(filter).build())
    .withRequiredDocument(bill)
    .build();
  const made = await client.createSession(specification);
  return {
    session_id: made.getSessionId(),
    token: Boolean(made.getClientSessionToken()),
    ttl: made.getClientSessionTokenTtl(),
  };
}

async function inBranch() {
  const checks = ['IBV_VISUAL_REVIEW_CHECK', 'PROFILE_DOCUMENT_MATCH'];
  const requested = checks.map((type) => ({ type, config: { manual_check: 'IBV' } }));
  const answer = await request('POST', '/sessions', {
    client_session_token_ttl: 1296000,
    resources_ttl: 2592000,
    ibv_options: { support: 'MANDATORY' },
    requested_checks: requested,
    required_documents: [
      {
        type: 'ID_DOCUMENT',
        filter: {
          type: 'DOCUMENT_RESTRICTIONS',
          inclusion: 'WHITELIST',
          documents: [{ country_codes: ['GBR'], document_types: ['PASSPORT'] }],
        },
      },
    ],
    resources: {
      applicant_profile: {
        full_name: 'Avery Sampleton',
        date_of_birth: '1979-05-01',
        structured_postal_address: address,
      },
    },
  });
  return { status: answer.getStatusCode(), session_id: answer.getParsedResponse().session_id };
}

async function instructions(session, requirement) {
  const put = await request('PUT', `/sessions/${session}/instructions`, {
    contact_profile: { first_name: 'Avery', last_name: 'Sampleton', email: 'avery@example.org' },
    documents: [
      {
        requirement_id: requirement,
        document: { type: 'ID_DOCUMENT', country_code: 'GBR', document_type: 'PASSPORT' },
      },
    ],
    branch: { type: 'UK_POST_OFFICE', fad_code: '9990017' },
  });
  const got = await request('GET', `/sessions/${session}/instructions`);
  return {
    put: put.getStatusCode(),
    get: got.getStatusCode(),
    letter: got.getParsedResponse(),
  };
}

const orNull = (value) => (value === undefined ? null : value);
const mediaId = (holder) => orNull(holder && holder.getMedia() && holder.getMedia().getId());
const seconds = (time) => (time ? Math.floor(new Date(time).getTime() / 1000) : null);

const document = (resource) => ({
  id: resource.getId(),
  document_type: orNull(resource.getDocumentType()),
  issuing_country: orNull(resource.getIssuingCountry()),
  pages: resource.getPages().map((page) => ({
    capture_method: orNull(page.getCaptureMethod()),
    media: mediaId(page),
    frames: page.getFrames().map(mediaId),
  })),
  document_fields: mediaId(resource.getDocumentFields()),
  tasks: resource.getTasks().map((task) => ({
    id: task.getId(),
    type: task.getType(),
    state: task.getState(),
    generated_checks: task.getGeneratedChecks().map((check) => check.getId()),
  })),
});

const check = (one) => {
  const report = one.getReport();
  const advice = report && report.getRecommendation();
  return {
    id: one.getId(),
    type: one.getType(),
    state: one.getState(),
    resources_used: one.getResourcesUsed() || [],
    created: seconds(one.getCreated()),
    last_updated: seconds(one.getLastUpdated()),
    value: orNull(advice && advice.getValue()),
    reason: orNull(advice && advice.getReason()),
    recovery_suggestion: orNull(advice && advice.getRecoverySuggestion()),
    breakdown: ((report && report.getBreakdown()) || []).map((part) => ({
      sub_check: part.getSubCheck(),
      result: orNull(part.getResult()),
      process: orNull(part.getProcess()),
      details: part.getDetails().map((detail) => [detail.getName(), detail.getValue()]),
    })),
  };
};

async function parsed(session) {
  let result;
  try {
    result = await client.getSession(session);
    const resources = result.getResources();
    return {
      session_id: result.getSessionId(),
      state: result.getState(),
      client_session_token_ttl: result.getClientSessionTokenTtl(),
      user_tracking_id: orNull(result.getUserTrackingId()),
      id_documents: resources.getIdDocuments().map(document),
      supplementary_documents: resources.getSupplementaryDocuments().map(document),
      liveness_capture: resources.getLivenessCapture().map((one) => ({
        id: one.getId(),
        liveness_type: orNull(one.getLivenessType()),
      })),
      checks: result.getChecks().map(check),
    };
  } catch (fault) {
    return refusal(fault) || { sdk_fault: fault.name };
  }
}

/** Status and text of an answer that the SDK threw, if it was one. */
function refusal(fault) {
  const response = fault.response;
  if (!response || !response.status) {
    return null;
  }
  return { status: response.status, text: response.text || JSON.stringify(response.body) };
}

async function read(...sessions) {
  const told = {};
  for (const session of sessions) {
    told[session] = await parsed(session);
  }
  return told;
}

async function media(session, id) {
  try {
    const value = await client.getMediaContent(session, id);
    if (!value) {
      return { withheld: true };
    }
    const digest = crypto.createHash('sha256').update(value.getContent()).digest('hex');
    return { mime_type: value.getMimeType(), sha256: digest };
  } catch (fault) {
    return refusal(fault);
  }
}

async function done(call) {
  try {
    await call;
    return { done: true };
  } catch (fault) {
    return refusal(fault);
  }
}

async function supported() {
  const answer = await client.getSupportedDocuments();
  const countries = answer.getSupportedCountries().map((country) => [
    country.getCode(),
    country.getSupportedDocuments().map((one) => one.getType()),
  ]);
  return Object.fromEntries(countries);
}

const jobs = {
  create,
  'in-branch': inBranch,
  instructions,
  read,
  media,
  'delete-media': (session, id) => done(client.deleteMediaContent(session, id)),
  delete: (session) => done(client.deleteSession(session)),
  supported,
};

const [job, ...words] = process.argv.slice(2);
jobs[job](...words).then(
  (answer) => process.stdout.write(JSON.stringify(answer)),
  (fault) => {
    console.error(fault, fault.response && fault.response.text);
    process.exitCode = 1;
  },
);
