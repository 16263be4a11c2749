//! Checks of a provision abroad: its ground, the country, and what the principals were told.

use serde_json::{Value, json};

use crate::support::{at, codes, errors, no_duty, provision, referable, warnings, with, without};

#[test]
fn cross_border_ground_required() {
    let refused = |event: Value, pointer: &str| {
        assert_eq!(
            errors(&event),
            [at(pointer, "cross_border.ground_required")],
            "{event:#}"
        );
    };
    refused(
        with(provision(), "/third_party/country", json!("SGP")),
        "/third_party/country",
    );
    refused(with(provision(), "/place", json!("other_foreign")), "/place");
    refused(
        with(provision(), "/cross_border", json!({"country": "USA"})),
        "/cross_border",
    );
    let event = with(provision(), "/third_party/country", json!("SGP"));
    refused(with(event.clone(), "/place", json!("japan")), "/place");
    let consented = with(event.clone(), "/basis", json!("consent_28"));
    assert_eq!(warnings(&with(consented, "/information_given", json!(true))), []);
    assert_eq!(
        warnings(&with(event.clone(), "/place", json!("equivalent_system"))),
        []
    );
    assert_eq!(
        errors(&with(event, "/place", json!("equivalent_country"))),
        [at("/place", "value.conflict")]
    );
    assert_eq!(
        warnings(&with(provision(), "/third_party/country", json!("DEU"))),
        []
    );
}

#[test]
fn cross_border_information_missing() {
    let event = with(provision(), "/third_party/country", json!("SGP"));
    let event = with(event, "/basis", json!("consent_28"));
    let told = [at(
        "/cross_border/information_given",
        "cross_border.information_missing",
    )];
    assert_eq!(warnings(&event), told);
    let abroad = |said: Value| with(event.clone(), "/cross_border", said);
    assert_eq!(
        warnings(&abroad(
            json!({"country": "SGP", "ground": "consent_28", "information_given": false})
        )),
        told
    );
    for said in [
        json!({"information_given": true}),
        json!({"information": "シンガポールの制度と提供先の措置を書面で示した"}),
    ] {
        assert_eq!(warnings(&abroad(said)), []);
    }
    // The duty to inform came with the law of 2022.
    let earlier = with(event, "/provided_on", json!("2022-03-31"));
    assert_eq!(warnings(&without(earlier, "/consent/obtained_on")), []);

    let referable = with(referable(), "/third_party/country", json!("SGP"));
    assert_eq!(
        warnings(&referable),
        [at(
            "/consent_confirmation/information_given",
            "cross_border.information_missing"
        )]
    );
    let confirmed = with(referable, "/consent_confirmation/information_given", json!(true));
    assert_eq!(warnings(&confirmed), []);
}

#[test]
fn cross_border_country_missing() {
    let nowhere = without(provision(), "/third_party/country");
    let told = [at("/cross_border/country", "cross_border.country_missing")];
    for (basis, place) in [
        ("consent_28", "other_foreign"),
        ("consent_27", "equivalent_system"),
        ("consent_27", "equivalent_country"),
    ] {
        let event = with(
            with(nowhere.clone(), "/basis", json!(basis)),
            "/place",
            json!(place),
        );
        assert_eq!(warnings(&with(event, "/information_given", json!(true))), told);
    }
    let entrusted = with(nowhere, "/basis", json!("entrustment"));
    let followed_up = with(entrusted.clone(), "/place", json!("equivalent_system"));
    assert_eq!(codes(no_duty(&followed_up).warnings()), told);
    let equal = with(entrusted, "/place", json!("equivalent_country"));
    assert_eq!(codes(no_duty(&equal).warnings()), []);
}
