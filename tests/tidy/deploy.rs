//! The manifests and units in `deploy` fit together, and give the server no more rights than it needs.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::files::{none, root, text_of};

/// What the server and its backup do without.
const HARDENING: [&str; 16] = [
    "User=kirokubo",
    "UMask=0077",
    "LimitCORE=0",
    "NoNewPrivileges=yes",
    "CapabilityBoundingSet=",
    "ProtectSystem=strict",
    "ProtectHome=yes",
    "PrivateTmp=yes",
    "PrivateDevices=yes",
    "PrivateUsers=yes",
    "ProtectKernelTunables=yes",
    "MemoryDenyWriteExecute=yes",
    "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX",
    "RestrictNamespaces=yes",
    "SystemCallArchitectures=native",
    "SystemCallFilter=@system-service",
];

#[test]
fn units_give_up_what_they_do_not_need() {
    let mut findings = Vec::new();
    for unit in ["deploy/kirokubo.service", "deploy/kirokubo-backup.service"] {
        let text = text_of(unit);
        let lacking = HARDENING
            .iter()
            .filter(|wanted| !text.lines().any(|line| line == **wanted));
        findings.extend(lacking.map(|wanted| format!("{unit}: {wanted} is missing")));
    }
    let server = text_of("deploy/kirokubo.service");
    // Neither is mended by another start; 30 is a ledger that was taken back.
    for wanted in [
        "Restart=on-failure",
        "RestartPreventExitStatus=2 30",
        "StateDirectory=kirokubo",
    ] {
        if !server.lines().any(|line| line == wanted) {
            findings.push(format!("deploy/kirokubo.service: {wanted} is missing"));
        }
    }
    none("units are hardened", &findings);
}

#[test]
fn every_pod_runs_without_rights_and_with_volumes_that_exist() {
    let manifests = manifests();
    let claims: BTreeSet<&str> = manifests
        .iter()
        .filter(|(_, manifest)| manifest["kind"] == "PersistentVolumeClaim")
        .filter_map(|(_, manifest)| manifest["metadata"]["name"].as_str())
        .collect();
    let mut findings = Vec::new();
    let mut pods = 0;
    for (path, manifest) in &manifests {
        for member in ["/apiVersion", "/kind", "/metadata/name"] {
            if manifest.pointer(member).is_none_or(|value| !value.is_string()) {
                findings.push(format!("{path}: {member} is missing"));
            }
        }
        if let Some(pod) = pod(manifest) {
            pods += 1;
            findings.extend(
                faults_of(pod, &claims, &manifest["spec"]["volumeClaimTemplates"])
                    .into_iter()
                    .map(|fault| format!("{path}: {fault}")),
            );
        }
    }
    assert!(pods >= 4, "the manifests are no longer read rightly: {pods} pods");
    none("pods have no rights that they do not need", &findings);
}

#[test]
fn there_is_one_server_whose_probes_port_and_labels_fit_together() {
    let manifests = manifests();
    let of = |kind: &str| of_kind(&manifests, "deploy/kubernetes/", kind);
    let (set, service, policy) = (of("StatefulSet"), of("Service"), of("NetworkPolicy"));
    assert_eq!(set["spec"]["replicas"], 1, "two servers on one file are refused");
    let labels = &set["spec"]["template"]["metadata"]["labels"];
    for (what, selector) in [
        ("StatefulSet", &set["spec"]["selector"]["matchLabels"]),
        ("Service", &service["spec"]["selector"]),
        ("NetworkPolicy", &policy["spec"]["podSelector"]["matchLabels"]),
    ] {
        assert_eq!(selector, labels, "{what} selects the server");
    }
    assert_eq!(set["spec"]["serviceName"], service["metadata"]["name"]);
    let server = &set["spec"]["template"]["spec"]["containers"][0];
    let port = &server["ports"][0];
    for (probe, path) in [
        ("startupProbe", "/livez"),
        ("livenessProbe", "/livez"),
        ("readinessProbe", "/readyz"),
    ] {
        let get = &server[probe]["httpGet"];
        assert_eq!(
            (&get["path"], &get["port"]),
            (&json!(path), &port["name"]),
            "{probe}"
        );
    }
    assert_eq!(service["spec"]["ports"][0]["targetPort"], port["name"]);
    assert_eq!(
        policy["spec"]["ingress"][0]["ports"][0]["port"],
        port["containerPort"]
    );
    let variables = server["env"].as_array().expect("the server has settings");
    let listen = variables
        .iter()
        .find(|variable| variable["name"] == "KIROKUBO_LISTEN");
    let listen = listen
        .and_then(|listen| listen["value"].as_str())
        .unwrap_or_default();
    assert_eq!(listen, format!("0.0.0.0:{}", port["containerPort"]));
}

#[test]
fn several_servers_share_a_volume_and_have_one_each() {
    let manifests = manifests();
    let alone = of_kind(&manifests, "deploy/kubernetes/", "StatefulSet");
    let set = of_kind(&manifests, "deploy/kubernetes-nodes/", "StatefulSet");
    assert!(set["spec"]["replicas"].as_u64() > Some(1));
    assert_eq!(
        set["spec"]["selector"], alone["spec"]["selector"],
        "one Service is for both"
    );
    let server = |set: &Value| set["spec"]["template"]["spec"]["containers"][0].clone();
    for same in [
        "image",
        "ports",
        "startupProbe",
        "livenessProbe",
        "readinessProbe",
        "securityContext",
    ] {
        assert_eq!(server(set)[same], server(alone)[same], "{same}");
    }
    let own = &set["spec"]["volumeClaimTemplates"][0];
    assert_eq!(own["metadata"]["name"], "data");
    let claim = of_kind(&manifests, "deploy/kubernetes-nodes/", "PersistentVolumeClaim");
    assert_eq!(claim["spec"]["accessModes"], json!(["ReadWriteMany"]));
    let budget = of_kind(&manifests, "deploy/kubernetes-nodes/", "PodDisruptionBudget");
    assert_eq!(budget["spec"]["selector"], set["spec"]["selector"]);
    // Each variable that says where, at a place that is mounted.
    for (_, manifest) in manifests.iter().filter(|(path, _)| path.contains("-nodes/")) {
        for container in pod(manifest)
            .and_then(|pod| pod["containers"].as_array())
            .into_iter()
            .flatten()
        {
            let variables = container["env"].as_array().expect("a server has settings");
            let shared = variables.iter().find(|one| one["name"] == "KIROKUBO_SHARED_DIR");
            let shared = shared
                .and_then(|one| one["value"].as_str())
                .expect("it shares a folder");
            assert!(shared.starts_with("/shared/"), "{shared}");
            assert!(variables.iter().any(|one| one["name"] == "KIROKUBO_DATABASE_URL"));
        }
    }
}

#[test]
fn every_alert_is_explained_to_whoever_it_wakes() {
    let rules: Value = yaml_serde::from_str(&text_of("deploy/alerts.yaml")).expect("alerts.yaml is YAML");
    let groups = rules["groups"].as_array().expect("rules stand in groups");
    let rules: Vec<&Value> = groups
        .iter()
        .flat_map(|group| group["rules"].as_array().expect("a group has rules"))
        .collect();
    assert!(rules.len() > 10, "the rules are no longer read rightly");
    let page = text_of("docs/operations.md");
    let mut findings = Vec::new();
    let mut seen = BTreeSet::new();
    for rule in rules {
        let alert = rule["alert"].as_str().expect("a rule has a name");
        let is_row = |line: &str| line.starts_with('|') && line.contains(&format!("`{alert}`"));
        if !page.lines().any(is_row) {
            findings.push(format!(
                "docs/operations.md does not say what to do about {alert}"
            ));
        }
        if !seen.insert(alert) {
            findings.push(format!("deploy/alerts.yaml has {alert} twice"));
        }
        let severity = rule["labels"]["severity"].as_str();
        if !matches!(severity, Some("critical" | "warning")) || !rule["annotations"]["summary"].is_string() {
            findings.push(format!(
                "deploy/alerts.yaml: {alert} has no severity or no summary"
            ));
        }
    }
    none("alerts are explained", &findings);
}

/// The manifests with their paths.
pub(crate) fn manifests() -> Vec<(String, Value)> {
    let files = ["deploy/kubernetes", "deploy/kubernetes-nodes"]
        .into_iter()
        .flat_map(|folder| {
            let files = std::fs::read_dir(root().join(folder)).expect("there are manifests");
            files.map(move |file| (folder, file.expect("a folder can be listed").file_name()))
        });
    let mut manifests: Vec<(String, Value)> = files
        .map(|(folder, name)| {
            let path = format!("{folder}/{}", name.to_string_lossy());
            let manifest = yaml_serde::from_str(&text_of(&path));
            (
                path.clone(),
                manifest.unwrap_or_else(|error| panic!("{path}: {error}")),
            )
        })
        .collect();
    manifests.sort_by(|a, b| a.0.cmp(&b.0));
    manifests
}

/// The first manifest of a kind in a folder.
fn of_kind<'a>(manifests: &'a [(String, Value)], folder: &str, kind: &str) -> &'a Value {
    let mut of_folder = manifests.iter().filter(|(path, _)| path.starts_with(folder));
    let found = of_folder.find(|(_, manifest)| manifest["kind"] == kind);
    &found.unwrap_or_else(|| panic!("no {kind} in {folder}")).1
}

/// The pod that a manifest makes, if it makes one.
pub(crate) fn pod(manifest: &Value) -> Option<&Value> {
    let places = ["/spec/template/spec", "/spec/jobTemplate/spec/template/spec"];
    places.into_iter().find_map(|place| manifest.pointer(place))
}

fn faults_of(pod: &Value, claims: &BTreeSet<&str>, own: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let mut wants = |value: &Value, place: &str, wanted: Value| {
        if value.pointer(place) != Some(&wanted) {
            faults.push(format!("{place} is not {wanted}"));
        }
    };
    wants(pod, "/automountServiceAccountToken", json!(false));
    // A Service's own variables would be taken for settings.
    wants(pod, "/enableServiceLinks", json!(false));
    wants(pod, "/securityContext/runAsNonRoot", json!(true));
    wants(
        pod,
        "/securityContext/seccompProfile/type",
        json!("RuntimeDefault"),
    );
    // Otherwise key files are opened to the group at every start.
    wants(
        pod,
        "/securityContext/fsGroupChangePolicy",
        json!("OnRootMismatch"),
    );
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let containers = list(&pod["containers"]);
    for container in &containers {
        wants(
            container,
            "/securityContext/allowPrivilegeEscalation",
            json!(false),
        );
        wants(container, "/securityContext/readOnlyRootFilesystem", json!(true));
        wants(container, "/securityContext/capabilities/drop", json!(["ALL"]));
    }
    let volumes = list(&pod["volumes"]);
    let own = list(own);
    let own: Vec<&Value> = own.iter().map(|template| &template["metadata"]["name"]).collect();
    for container in &containers {
        if !container["resources"]["limits"]["memory"].is_string() {
            faults.push("a container has no limit of memory".to_owned());
        }
        for mount in list(&container["volumeMounts"]) {
            let is_there = volumes.iter().any(|volume| volume["name"] == mount["name"]);
            if !is_there && !own.contains(&&mount["name"]) {
                faults.push(format!("no volume {}", mount["name"]));
            }
        }
    }
    for volume in &volumes {
        let claim = volume["persistentVolumeClaim"]["claimName"].as_str();
        if claim.is_some_and(|claim| !claims.contains(claim)) {
            faults.push(format!("no claim {claim:?}"));
        }
    }
    faults
}
