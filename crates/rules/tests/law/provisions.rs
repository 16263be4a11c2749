//! The worked cases of provision, P01–P60.

use kirokubo_rules::Direction;
use kirokubo_rules::Verdict::{None, Prohibited, Required, Review};

use crate::worked_case::{WorkedCase, row};

#[test]
fn every_worked_case_is_answered_as_written() {
    for case in CASES {
        case.check(Direction::Provision);
    }
}

#[rustfmt::skip]
const CASES: &[WorkedCase] = &[
    row("P01", "basis=consent_27", ("P9", Required), ("bcde", "EBC"), "法29(1)"),
    row("P02", "basis=opt_out", ("P8", Required), ("abcd", "E"), "法27(2)"),
    row("P03", "basis=opt_out third_party_status=unspecified_many", ("P8", Required), ("abcd", "E"), "規則20(1)(i)ロ括弧書"),
    row("P04", "basis=consent_27 third_party_status=unspecified_many", ("P9", Required), ("bcde", "EBC"), "規則20(1)(ii)ロ"),
    row("P05", "basis=opt_out sensitive=true", ("P8", Prohibited), ("", ""), "法27(2)"),
    row("P06", "basis=opt_out illicit=true", ("P8", Prohibited), ("", ""), "法27(2)"),
    row("P07", "basis=opt_out from_opt_out=true", ("P8", Prohibited), ("", ""), "法27(2)"),
    row("P08", "basis=opt_out filed=false", ("P8", Prohibited), ("", ""), "法27(1)"),
    row("P09", "", ("P10", Prohibited), ("", ""), "法27(1)"),
    row("P10", "basis=entrustment", ("P7", None), ("", ""), "法27(5)(i)"),
    row("P11", "basis=succession", ("P7", None), ("", ""), "法27(5)(ii)"),
    row("P12", "basis=succession", ("P7", None), ("", ""), "法27(5)(ii)"),
    row("P13", "basis=joint_use", ("P7", None), ("", ""), "法27(5)(iii)"),
    row("P14", "basis=none", ("P10", Prohibited), ("", ""), "法27(1)"),
    row("P15", "basis=consent_27", ("P9", Required), ("bcde", "EBC"), "規則20(1)(ii)"),
    row("P16", "basis=exempt_27_1_1", ("G4", None), ("", ""), "法27(1)(i)"),
    row("P17", "basis=exempt_27_1_2", ("G4", None), ("", ""), "法27(1)(ii)"),
    row("P18", "basis=exempt_27_1_3", ("G4", None), ("", ""), "法27(1)(iii)"),
    row("P19", "basis=exempt_27_1_4", ("G4", None), ("", ""), "法27(1)(iv)"),
    row("P20", "basis=exempt_27_1_5", ("G4", None), ("", ""), "法27(1)(v)"),
    row("P21", "basis=exempt_27_1_6", ("G4", None), ("", ""), "法27(1)(vi)"),
    row("P22", "basis=exempt_27_1_7", ("G4", None), ("", ""), "法27(1)(vii)"),
    row("P23", "third_party_status=public_body basis=consent_27", ("G3", None), ("", ""), "法16(2)"),
    row("P24", "third_party_status=public_body basis=consent_27", ("G3", None), ("", ""), "法16(2)"),
    row("P25", "third_party_status=schedule2 basis=consent_27", ("P9", Required), ("bcde", "EBC"), "法29(1)"),
    row("P26", "third_party_status=deemed_handler basis=consent_27", ("G3r", Review), ("bcde", "EBC"), "法16(2)"),
    row("P27", "third_party_status=same_entity place=other_foreign", ("G2", None), ("", ""), "法29(1)「第三者」"),
    row("P28", "third_party_status=principal", ("G2", None), ("", ""), "法29(1)「第三者」"),
    row("P29", "place=other_foreign basis=consent_28", ("P6", Required), ("bcde", "EBC"), "法28(1)"),
    row("P30", "place=other_foreign basis=consent_28", ("P6", Required), ("bcde", "EBC"), "法29(1)"),
    row("P31", "place=other_foreign basis=entrustment", ("P6", Prohibited), ("", ""), "法28(1)"),
    row("P32", "place=other_foreign basis=joint_use", ("P6", Prohibited), ("", ""), "法28(1)"),
    row("P33", "place=other_foreign basis=opt_out", ("P6", Prohibited), ("", ""), "法28(1)"),
    row("P34", "place=other_foreign basis=consent_27", ("P6", Prohibited), ("", ""), "法28(1)"),
    row("P35", "place=other_foreign basis=exempt_27_1_1", ("G4", None), ("", ""), "法29(1)ただし書"),
    row("P36", "place=other_foreign basis=none", ("P6", Prohibited), ("", ""), "法28(1)"),
    row("P37", "place=equivalent_country basis=entrustment", ("P7", None), ("", ""), "法27(5)(i)"),
    row("P38", "place=equivalent_country basis=consent_27", ("P9", Required), ("bcde", "EBC"), "規則20(1)(ii)"),
    row("P39", "place=equivalent_country basis=opt_out", ("P8", Required), ("abcd", "E"), "規則20(1)(i)"),
    row("P40", "place=equivalent_system basis=entrustment", ("P7", None), ("", ""), "法27(5)(i)"),
    row("P41", "place=equivalent_system basis=consent_27", ("P9", Required), ("bcde", "EBC"), "規則20(1)(ii)"),
    row("P42", "place=equivalent_system basis=joint_use", ("P7", None), ("", ""), "法27(5)(iii)"),
    row("P43", "interpretation=by_principal", ("G5", None), ("", ""), "ガイドライン2-2-1-1"),
    row("P44", "interpretation=on_behalf basis=consent_27", ("G5", None), ("", ""), "ガイドライン2-2-1-1"),
    row("P45", "interpretation=principal_side basis=consent_27", ("G5", None), ("", ""), "ガイドライン2-2-1-2"),
    row("P46", "interpretation=via_to_principal basis=consent_27", ("G5", None), ("", ""), "ガイドライン2-2-1-2"),
    row("P47", "interpretation=public_source basis=consent_27", ("G5", None), ("", ""), "ガイドライン2-2-1-3"),
    row("P48", "basis=consent_27", ("P9", Required), ("bcde", "EBC"), "規則20(1)(ii)"),
    row("P49", "data=personal_information basis=none", ("G1c", None), ("", ""), "法16(3)"),
    row("P50", "data=anonymized", ("G1a", None), ("", ""), "法43(4)"),
    row("P51", "data=pseudonymized_personal_data basis=entrustment", ("G1b", None), ("", ""), "法41(6)"),
    row("P52", "data=pseudonymized_personal_data basis=consent_27", ("G1b", Prohibited), ("", ""), "法41(6)"),
    row("P53", "data=personally_referable basis=consent_31", ("L6", Required), ("abde", "EBC"), "法31(1)"),
    row("P54", "data=personally_referable as_personal_data=false", ("L1", None), ("", ""), "法31(1)"),
    row("P55", "data=personally_referable basis=none", ("L4", Prohibited), ("", ""), "法31(1)"),
    row("P56", "data=personally_referable basis=consent_31 place=other_foreign", ("L6", Required), ("abde", "EBC"), "規則28(1)"),
    row("P57", "data=personally_referable basis=consent_31 place=other_foreign information_given=false", ("L5", Prohibited), ("", ""), "法31(1)(ii)"),
    row("P58", "data=personally_referable basis=consent_31 third_party_status=public_body", ("L3", None), ("", ""), "法31(3)"),
    row("P59", "self_status=exempt_57 basis=none", ("G0", None), ("", ""), "法57(1)"),
    row("P60", "basis=consent_27", ("P9", Required), ("bcde", "EBC"), "法29(1)"),
];
