#!/usr/bin/env bash
# Takes the service live in Google Cloud, as often as you like: what is there already is kept or brought up to date.
#
#   ./deploy.sh            deploys what stands here, with the settings of deploy.env
#   ./deploy.sh --dry-run  prints every command, and runs none
#   ./deploy.sh --revert   sends all requests to the revision before
#   ./deploy.sh --pause    stops the scheduler's jobs; --resume lets them run
#   --env FILE             other settings than deploy.env
set -euo pipefail
cd "$(dirname "$0")"

readonly SERVICES=(cloudfunctions run cloudbuild artifactregistry secretmanager cloudscheduler sheets logging monitoring)

# What the scheduler calls: name, when, method, route
readonly JOBS=(
    "outbox|* * * * *|POST|/outbox/send"
    "refresh|*/15 * * * *|POST|/inventory/refresh"
    "audit|10 3 * * *|GET|/audit"
)

# Settings that nobody may read in the function's configuration
readonly SECRETS=(API_TOKENS SLACK_WEBHOOK_URL DELIVERY_HOOK_URL SHOPIFY_TOKEN SHOPIFY_CLIENT_SECRET)

dry_run=false
revert=false
turn=
env_file=deploy.env

main() {
    read_arguments "$@"
    read_environment
    if $revert; then
        revert_to_previous
        return
    fi
    if [ -n "$turn" ]; then
        turn_jobs
        return
    fi
    check_settings
    enable_services
    service_account "$ACCOUNT_NAME" "runs the function $NAME"
    service_account "$SCHEDULER_NAME" "calls the function $NAME on time"
    store_secrets
    deploy_function
    schedule
    alert
    tell_what_is_left
}

read_arguments() {
    while [ $# -gt 0 ]; do
        case $1 in
            --dry-run) dry_run=true ;;
            --revert) revert=true ;;
            --pause | --resume) turn=${1#--} ;;
            --env)
                [ $# -gt 1 ] || fail "--env needs the name of a file"
                env_file=$2
                shift
                ;;
            *) fail "$1 is not known here: --dry-run, --revert, --pause, --resume, --env FILE" ;;
        esac
        shift
    done
}

read_environment() {
    if [ ! -f "$env_file" ] && $dry_run; then
        echo "# There is no $env_file: shown with the example's values." >&2
        env_file=deploy.example.env
    fi
    [ -f "$env_file" ] || fail "There is no $env_file: copy deploy.example.env, and fill it in."
    set -a
    # shellcheck disable=SC1090
    . "$(realpath "$env_file")"
    set +a
    for needed in PROJECT REGION; do
        [ -n "${!needed:-}" ] || fail "$needed is missing in $env_file."
    done
    NAME=${NAME:-fulfillment}
    THREADS=${THREADS:-100}
    ACCOUNT_NAME=$NAME
    SCHEDULER_NAME=$NAME-scheduler
    ACCOUNT=$ACCOUNT_NAME@$PROJECT.iam.gserviceaccount.com
    SCHEDULER=$SCHEDULER_NAME@$PROJECT.iam.gserviceaccount.com
    URL=https://$REGION-$PROJECT.cloudfunctions.net/$NAME
    # what the scheduler's tokens are made for, and that it may come in with them
    OIDC_AUDIENCES=${OIDC_AUDIENCES:+$OIDC_AUDIENCES,}$URL
    OIDC_ALLOWED=${OIDC_ALLOWED:+$OIDC_ALLOWED,}scheduler:$SCHEDULER
    GOOGLE_CLOUD_PROJECT=$PROJECT
    export NAME THREADS GOOGLE_CLOUD_PROJECT OIDC_AUDIENCES OIDC_ALLOWED
    $dry_run || command -v gcloud >/dev/null || fail "gcloud is missing: install the Google Cloud CLI, and run gcloud auth login."
    PYTHON=.venv/bin/python
    [ -x "$PYTHON" ] || make --silent .venv/.installed >&2
}

# The settings as the function will see them, so that what would stop its start stops here
check_settings() {
    K_SERVICE=$NAME "$PYTHON" -m fulfillment check --settings || fail "Nothing was deployed."
}

enable_services() {
    gcloud_ services enable "${SERVICES[@]/%/.googleapis.com}"
}

service_account() {
    if ! is_there iam service-accounts describe "$1@$PROJECT.iam.gserviceaccount.com"; then
        gcloud_ iam service-accounts create "$1" --display-name="$2"
    fi
}

# A secret gets a new version where its value is another than before; the value goes by standard input
store_secrets() {
    local secret name
    secrets=()
    for secret in "${SECRETS[@]}"; do
        [ -n "${!secret:-}" ] || continue
        name=$NAME-$secret
        secrets+=("$secret=$name:latest")
        if ! is_there secrets describe "$name"; then
            gcloud_ secrets create "$name" --replication-policy=automatic
        fi
        if ! is_newest_version "$name" "${!secret}"; then
            gcloud_ secrets versions add "$name" --data-file=- < <(printf %s "${!secret}")
        fi
        gcloud_ secrets add-iam-policy-binding "$name" \
            --member="serviceAccount:$ACCOUNT" --role=roles/secretmanager.secretAccessor
    done
}

is_newest_version() {
    ! $dry_run && [ "$(gcloud --project="$PROJECT" secrets versions access latest --secret="$1" 2>/dev/null)" = "$2" ]
}

# One warm instance, because a cold start reads the whole workbook; a whole CPU, because less serves one request
# at a time. Everybody may call: the function checks tokens by itself, as Zapier cannot make Google's.
deploy_function() {
    local settings
    settings=$(mktemp -t settings.XXXXXX)
    # shellcheck disable=SC2064
    trap "rm -f '$settings'" EXIT
    plain_settings >"$settings"
    gcloud_ functions deploy "$NAME" --gen2 --region="$REGION" --runtime=python313 --source=. \
        --entry-point=handle --trigger-http --allow-unauthenticated --service-account="$ACCOUNT" \
        --memory=1Gi --cpu=1 --concurrency="$THREADS" --min-instances=1 --max-instances=3 --timeout=60s \
        --env-vars-file="$settings" --set-secrets="$(joined "${secrets[@]}")"
    # a revert holds the traffic where it was put
    gcloud_ run services update-traffic "$NAME" --region="$REGION" --to-latest
}

plain_settings() {
    "$PYTHON" - "${SECRETS[@]}" <<'PYTHON'
import json, os, sys
from fulfillment.settings import Settings

names = {name.upper() for name in Settings.model_fields} - {*sys.argv[1:], "K_SERVICE"}
print(json.dumps({name: os.environ[name] for name in sorted(names) if os.environ.get(name)}, indent=1))
PYTHON
}

schedule() {
    local each name when method route
    for each in "${JOBS[@]}"; do
        IFS='|' read -r name when method route <<<"$each"
        job "$NAME-$name" "$when" "$method" "$route"
    done
}

# One that is already as it is to be stays so: Google refuses to pause what is paused
turn_jobs() {
    local each name state
    for each in "${JOBS[@]}"; do
        name=$NAME-${each%%|*}
        state=$(state_of "$name")
        if [ "$turn-$state" = pause-PAUSED ] || [ "$turn-$state" = resume-ENABLED ]; then
            continue
        fi
        gcloud_ scheduler jobs "$turn" "$name" --location="$REGION"
    done
    $dry_run || echo "The scheduler's jobs are ${turn%e}ed: messages, Refresh Inventory, the audit."
}

state_of() {
    if ! $dry_run; then
        gcloud --project="$PROJECT" scheduler jobs describe "$1" --location="$REGION" --format="value(state)" ||
            fail "There is no job $1: run ./deploy.sh first."
    fi
}

# A new job waits, paused, for the go-live; one that is there keeps running, or keeps waiting
job() {
    local verb=update
    is_there scheduler jobs describe "$1" --location="$REGION" || verb=create
    gcloud_ scheduler jobs "$verb" http "$1" --location="$REGION" --schedule="$2" \
        --time-zone="${TIME_ZONE:-America/Toronto}" --uri="$URL$4" --http-method="$3" \
        --oidc-service-account-email="$SCHEDULER" --oidc-token-audience="$URL" \
        --attempt-deadline=60s --max-retry-attempts=1
    [ $verb = update ] || gcloud_ scheduler jobs pause "$1" --location="$REGION"
}

# One mail an hour at the most for what the service logs as an error, by a policy of this name
alert() {
    local title="$NAME: something needs a person" channel
    [ -n "${ALERT_EMAIL:-}" ] || return 0
    [ -z "$(found alpha monitoring policies list --filter="displayName=\"$title\"")" ] || return 0
    channel=$(found beta monitoring channels list --filter="labels.email_address=\"$ALERT_EMAIL\"")
    if [ -z "$channel" ]; then
        channel=$(gcloud_ beta monitoring channels create --display-name="$NAME" --type=email \
            --channel-labels="email_address=$ALERT_EMAIL" --format="value(name)")
    fi
    gcloud_ alpha monitoring policies create --policy="$(alert_policy "$title" "${channel:-THE-NEW-CHANNEL}")"
}

alert_policy() {
    cat <<JSON
{"displayName": "$1", "combiner": "OR", "notificationChannels": ["$2"],
 "alertStrategy": {"notificationRateLimit": {"period": "3600s"}, "autoClose": "86400s"},
 "conditions": [{"displayName": "an error in the log", "conditionMatchedLog": {"filter":
  "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=\"$NAME\" AND severity>=ERROR"}}]}
JSON
}

revert_to_previous() {
    local previous=THE-REVISION-BEFORE
    if ! $dry_run; then
        previous=$(gcloud --project="$PROJECT" run revisions list --service="$NAME" --region="$REGION" \
            --filter="status.conditions.type=Ready AND status.conditions.status=True" \
            --sort-by=~metadata.creationTimestamp --format="value(metadata.name)" --limit=2 | sed -n 2p)
        [ -n "$previous" ] || fail "There is no revision before: $NAME was deployed once."
    fi
    gcloud_ run services update-traffic "$NAME" --region="$REGION" --to-revisions="$previous=100"
    echo "All requests go to $previous. The next ./deploy.sh sends them to the newest again."
}

tell_what_is_left() {
    $dry_run && echo "# Nothing was run. Afterwards it would say:"
    cat <<TEXT

Deployed: $URL
1. Share the spreadsheet with $ACCOUNT as an editor (the archive too, if you have one).
2. Make it ready:     SPREADSHEET_ID=... .venv/bin/python -m fulfillment setup
3. In the Zap, the URL is $URL/orders; its header is Authorization: Bearer and the secret of zap in API_TOKENS.
4. In the sidebar's Connection, the address is $URL.
5. The scheduler's jobs wait until you go live: python -m fulfillment go-live, and README, Going live.
TEXT
}

# helpers

gcloud_() {
    if $dry_run; then
        {
            printf 'gcloud --project=%s' "$PROJECT"
            printf ' %q' "$@"
            printf '\n'
        } >&3
    else
        gcloud --quiet --project="$PROJECT" "$@"
    fi
}

is_there() {
    ! $dry_run && gcloud --project="$PROJECT" "$@" >/dev/null 2>&1
}

# The name of the first that a list shows
found() {
    $dry_run || gcloud --project="$PROJECT" "$@" --format="value(name)" --limit=1
}

joined() {
    local IFS=,
    echo "$*"
}

fail() {
    echo "$1" >&2
    exit 1
}

exec 3>&1  # what a dry run prints, also where a command's output is read
main "$@"
