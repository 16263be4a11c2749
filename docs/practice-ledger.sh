#!/usr/bin/env bash
# A ledger to practise auditing on: what an operator does over two years, and then what a dishonest one does.
#
#   practice-ledger.sh first-year     begins: a ledger, a server, a witness, a time stamp authority, records, bundles
#   practice-ledger.sh second-year    goes on: more records, an erasure, a search, bundles, one person's proof
#   practice-ledger.sh new-key        changes the signing key, goes on, one bundle
#   practice-ledger.sh forge          stops, and exports what an auditor should catch
#   practice-ledger.sh end            stops what still runs
#
# The operator's side lies in ./practice/operator. What he hands over lies in ./practice/handed-over: that is all an
# auditor ever sees. Needs kirokubo on the PATH, python3, openssl and curl. See auditor-guide.md.
set -euo pipefail

ADDRESS=${ADDRESS:-127.0.0.1:8080}
OPERATOR=practice/operator
HANDED_OVER=practice/handed-over
LEDGER=$OPERATOR/ledger

main() {
  case "${1:-}" in
    first-year) first_year ;;
    second-year) second_year ;;
    new-key) new_key ;;
    forge) forge ;;
    end) stop server; stop authority; stop witness ;;
    *) echo "usage: practice-ledger.sh first-year|second-year|new-key|forge|end" >&2; exit 2 ;;
  esac
}

first_year() {
  mkdir practice $OPERATOR $HANDED_OVER
  start_authority
  kirokubo init --data $LEDGER --operator 株式会社サンプル --origin records.example.jp/main --json > $OPERATOR/init.json
  text vkey < $OPERATOR/init.json > $HANDED_OVER/vkey
  start_witness
  for role in recorder officer; do
    kirokubo key create --data $LEDGER --role $role --name $role --json | text key > $OPERATOR/$role.key
  done
  kirokubo key create --data $LEDGER --role officer --name second --json | text key > $OPERATOR/second.key
  start_server $LEDGER
  until [ "$(get officer /v1/timestamps | text anchor)" ]; do sleep 0.1; done    # nothing was ever stamped: at once
  text access_vkey < $OPERATOR/init.json > $HANDED_OVER/access-vkey
  provision order-1 '{"ref": "crm:000123", "name": "髙橋 花子", "birth_date": "1985-04-02"}, {"name": "見本 次郎"}' > /dev/null
  provision order-2 '{"name": "見本 三郎"}' > /dev/null
  contract | text id > $OPERATOR/contract
  post officer /v1/timestamps < /dev/null > /dev/null
  echo "http://$ADDRESS/ledgers/$(text ledger_id < $OPERATOR/init.json)/checkpoint" > $HANDED_OVER/checkpoint-url
  await_witness
  disclose first-year-proof '{"name": "見本 一郎"}'
  bundle first-year-structure --scope structure
  bundle first-year-full --scope full --reason audit:first-year
}

second_year() {
  [ -e $OPERATOR/server.pid ] || start_server $LEDGER
  provision order-3 '{"ref": "crm:000123", "name": "髙橋 花子"}' > /dev/null
  local erasure
  erasure=$(printf '{"records": ["%s"]}' "$(cat $OPERATOR/contract)" | post recorder /v1/erasures | text id)
  for key in officer second; do
    echo '{"decision": "accept"}' | post $key "/v1/erasures/$erasure/decision" > /dev/null
  done
  post officer /v1/timestamps < /dev/null > /dev/null
  await_witness
  disclose second-year-proof '{"ref": "crm:000123"}'
  bundle second-year-full --scope full --reason audit:second-year
  bundle second-year-delta --scope full --from-size 6 --reason audit:second-year
  bundle second-year-period --scope period --from "$(TZ=JST-9 date +%F)" --reason audit:second-year
  echo '{"ref": "crm:000123"}' |
    bundle second-year-principal --scope principal --principal - --reason disclosure_request:req_1
  bundle access --ledger access --scope full --reason audit:second-year
}

new_key() {
  stop server
  cp -r $LEDGER $OPERATOR/old-copy
  kirokubo key rotate-signing --data $LEDGER --json | text vkey > $HANDED_OVER/new-vkey
  stop witness
  start_witness
  start_server $LEDGER
  provision order-4 '{"name": "見本 四郎"}' > /dev/null
  await_witness
  bundle third-year-full --scope full --reason audit:third-year
  stop server
}

# Whoever has every key asks no witness any more and grows two histories from an old copy, and whoever has a bundle edits it.
forge() {
  local history
  for history in you others; do
    cp -r $OPERATOR/old-copy $OPERATOR/to-$history
    rm $OPERATOR/to-$history/witnesses.policy
    start_server $OPERATOR/to-$history
    provision for-$history '{"name": "見本 五郎"}' > /dev/null
    stop server
    LEDGER=$OPERATOR/to-$history bundle shown-to-$history --scope full
  done
  LC_ALL=C sed 's/サンプル物流/サンプル運輸/' $HANDED_OVER/second-year-full.tar > $HANDED_OVER/edited.tar
}

# provision EVENT PRINCIPALS: one event, provided today with consent.
provision() {
  post recorder /v1/provisions <<JSON
{"source": {"system": "crm", "event_id": "$1"}, "basis": "consent_27", "provided_on": "$(TZ=JST-9 date +%F)",
 "third_party": {"kind": "corporation", "name": "株式会社サンプル物流", "address": "東京都千代田区千代田1-1",
  "representative": {"title": "代表取締役", "name": "見本 太郎"}},
 "principals": [$2], "items": ["氏名", "住所"], "consent": {"statement": "会員規約第8条による同意を得ている"}}
JSON
}

# A contract in place of records (規則19条3項) whose last event lies so long ago that its term is over.
contract() {
  post recorder /v1/provisions <<'JSON'
{"source": {"system": "sales", "event_id": "contract-2023"}, "basis": "consent_27", "provided_on": "2024-02-29",
 "recording_method": "contract", "period": {"from": "2023-04-01", "to": "2024-04-01"},
 "agreement": {"title": "商品売買契約", "goods_or_services": true, "continuous": false, "concluded_on": "2023-04-01",
  "clauses": {"third_party": "第1条", "principals": "別紙", "items": "第3条", "consent": "第4条"}},
 "third_party": {"kind": "corporation", "name": "株式会社サンプル物流", "address": "東京都千代田区千代田1-1",
  "representative": {"name": "見本 太郎"}},
 "principals": [{"name": "見本 一郎"}], "items": ["氏名"], "consent": {"statement": "同意を得ている"}}
JSON
}

# disclose NAME PRINCIPAL: searches for a person, and hands over the proof of what is recorded of him.
disclose() {
  echo '{"reason": {"kind": "disclosure_request", "id": "req_1"}, "principal": '"$2"'}' > $OPERATOR/who.json
  post officer /v1/records/search < $OPERATOR/who.json > /dev/null
  post officer /v1/disclosure-proofs < $OPERATOR/who.json > $HANDED_OVER/"$1".ndjson
  echo $HANDED_OVER/"$1".ndjson
}

# bundle NAME OPTION…: exports it and hands it over.
bundle() {
  local name=$1
  shift
  kirokubo export bundle --data "$LEDGER" "$@" --out $HANDED_OVER/"$name".tar > /dev/null
  echo "$HANDED_OVER/$name.tar"
}

start_server() {
  kirokubo serve --data "$1" --listen "$ADDRESS" --publish-every 0.2 --tsa-url "http://$(cat $OPERATOR/authority.address)/" \
    --tsa-roots $OPERATOR/authority/root.pem > $OPERATOR/server.log 2>&1 < /dev/null &
  echo $! > $OPERATOR/server.pid
  until curl -sf "http://$ADDRESS/readyz" > /dev/null; do
    kill -0 "$(cat $OPERATOR/server.pid)" || { cat $OPERATOR/server.log >&2; exit 1; }
    sleep 0.1
  done
}

# A witness (立会人), as somebody else would run it, that follows every key there was. One witness is enough here.
start_witness() {
  local key logs=() newest
  for key in $HANDED_OVER/vkey $HANDED_OVER/new-vkey; do
    [ ! -e $key ] || { newest=$(cat $key); logs+=(--log "$newest"); }
  done
  kirokubo witness --data $OPERATOR/witness --name witness.example.jp/audit "${logs[@]}" \
    --listen 127.0.0.1:0 > $OPERATOR/witness.log 2>&1 < /dev/null &
  echo $! > $OPERATOR/witness.pid
  until grep -qs '^listening on' $OPERATOR/witness.log; do sleep 0.1; done
  sed -n 's/^vkey //p' $OPERATOR/witness.log > $HANDED_OVER/witness-vkey
  printf 'log %s\nwitness audit %s %s\nquorum audit\n' "$newest" "$(cat $HANDED_OVER/witness-vkey)" \
    "$(sed -n 's/^listening on //p' $OPERATOR/witness.log)/" > $LEDGER/witnesses.policy
}

# Until what is published, with the witness's line, is the newest there is.
await_witness() {
  until [ "$(curl -sf "$(cat $HANDED_OVER/checkpoint-url)" | sed -n 2p)" = "$(get officer /v1/ledgers | text size)" ]; do
    sleep 0.1
  done
}

# An authority (時刻認証局) of one's own: OpenSSL signs, a few lines of Python take the request.
start_authority() {
  mkdir $OPERATOR/authority
  (
    cd $OPERATOR/authority
    echo 01 > serial
    printf 'basicConstraints = CA:FALSE\nkeyUsage = critical,digitalSignature\nextendedKeyUsage = critical,timeStamping\n' > leaf.cnf
    printf '%s\n' '[own]' 'serial = serial' 'default_policy = 1.2.3.4.1' 'digests = sha256' 'signer_digest = sha256' \
      'ess_cert_id_alg = sha256' 'accuracy = secs:1' 'signer_cert = tsa.pem' 'signer_key = tsa.key' > ts.cnf
    openssl req -x509 -newkey rsa:2048 -nodes -subj '/CN=Practice Root' -days 3650 -keyout root.key -out root.pem
    openssl req -new -newkey rsa:2048 -nodes -subj '/CN=Practice TSA' -keyout tsa.key -out tsa.csr
    openssl x509 -req -in tsa.csr -CA root.pem -CAkey root.key -days 3650 -extfile leaf.cnf -out tsa.pem
  ) > $OPERATOR/authority.log 2>&1
  cp $OPERATOR/authority/root.pem $HANDED_OVER/tsa-root.pem
  python3 - $OPERATOR/authority $OPERATOR/authority.address > $OPERATOR/authority.log 2>&1 < <(authority) &
  echo $! > $OPERATOR/authority.pid
  until [ -s $OPERATOR/authority.address ]; do sleep 0.1; done
}

authority() {
  cat <<'PYTHON'
import http.server, os, subprocess, sys

class Authority(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        with open("query.tsq", "wb") as query:
            query.write(self.rfile.read(int(self.headers["Content-Length"])))
        command = "openssl ts -reply -config ts.cnf -section own -queryfile query.tsq"
        answer = subprocess.run(command.split(), capture_output=True, check=True).stdout
        self.send_response(200)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

server = http.server.HTTPServer(("127.0.0.1", 0), Authority)
with open(sys.argv[2] + ".partial", "w") as address:
    address.write("127.0.0.1:%d" % server.server_port)
os.rename(sys.argv[2] + ".partial", sys.argv[2])
os.chdir(sys.argv[1])
server.serve_forever()
PYTHON
}

stop() {
  [ -e $OPERATOR/"$1".pid ] || return 0
  kill "$(cat $OPERATOR/"$1".pid)" || true
  while kill -0 "$(cat $OPERATOR/"$1".pid)" 2> /dev/null; do sleep 0.1; done
  rm $OPERATOR/"$1".pid
}

# get WHO PATH and post WHO PATH: with the key of that person; post takes the body from standard input.
get() { curl -sf "http://$ADDRESS$2" -H "Authorization: Bearer $(cat $OPERATOR/"$1".key)"; }
post() {
  curl -sf "http://$ADDRESS$2" -H "Authorization: Bearer $(cat $OPERATOR/"$1".key)" \
    -H 'Content-Type: application/json' --data-binary @-
}

# The first member of this name in a line of JSON, text or number.
text() { grep -o "\"$1\":\"\{0,1\}[^\",}]*" | head -n 1 | sed "s/^[^:]*:\"\{0,1\}//" || true; }

main "$@"
