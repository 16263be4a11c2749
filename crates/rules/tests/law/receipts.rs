//! The worked cases of receipt, R01–R30.

use kirokubo_rules::Direction;
use kirokubo_rules::Verdict::{None, Prohibited, Required, Review};

use crate::worked_case::{WorkedCase, row};

#[test]
fn every_worked_case_is_answered_as_written() {
    for case in CASES {
        case.check(Direction::Receipt);
    }
}

#[rustfmt::skip]
const CASES: &[WorkedCase] = &[
    row("R01", "basis=consent_27", ("R11", Required), ("bcdeg", "EBC"), "法30(3)"),
    row("R02", "basis=opt_out", ("R10", Required), ("abcdef", "E"), "規則24(1)(i)"),
    row("R03", "basis=opt_out filed=false", ("R10", Prohibited), ("", ""), "法20(1)"),
    row("R04", "basis=opt_out sensitive=true", ("R10", Prohibited), ("", ""), "法20(2)"),
    row("R05", "basis=opt_out from_opt_out=true", ("R10", Prohibited), ("", ""), "法27(2)"),
    row("R06", "third_party_status=non_handler", ("R9", Required), ("bcde", "EBC"), "規則24(1)(iv)"),
    row("R07", "third_party_status=non_handler basis=consent_27", ("R9", Required), ("bcde", "EBC"), "規則24(1)(iv)"),
    row("R08", "data=personally_referable basis=consent_31", ("L6", Required), ("bdeg", "EBC"), "規則24(1)(iii)"),
    row("R09", "data=personally_referable as_personal_data=false", ("L1", None), ("", ""), "法31(1)"),
    row("R10", "data=personally_referable basis=none", ("L4", Prohibited), ("", ""), "法20(1)"),
    row("R11", "basis=entrustment", ("R8", None), ("", ""), "法30(1)"),
    row("R12", "basis=succession", ("R8", None), ("", ""), "法30(1)"),
    row("R13", "basis=joint_use", ("R8", None), ("", ""), "法30(1)"),
    row("R14", "basis=entrustment place=other_foreign", ("R8", None), ("", ""), "法30(1)ただし書"),
    row("R15", "basis=exempt_27_1_1", ("G4", None), ("", ""), "法30(1)"),
    row("R16", "basis=exempt_27_1_7", ("G4", None), ("", ""), "法27(1)(vii)"),
    row("R17", "third_party_status=public_body", ("G3", None), ("", ""), "法29(1)括弧書"),
    row("R18", "third_party_status=schedule2 basis=consent_27", ("R11", Required), ("bcdeg", "EBC"), "規則24(1)(ii)"),
    row("R19", "third_party_status=principal", ("G2", None), ("", ""), "法30(1)「第三者」"),
    row("R20", "recipient_view=personal_information basis=consent_27", ("R7", None), ("", ""), "ガイドライン2-2-2-1(1)"),
    row("R21", "recipient_view=not_personal basis=consent_27", ("R7", None), ("", ""), "ガイドライン2-2-2-1(2)"),
    row("R22", "interpretation=view_only basis=consent_27", ("R6", None), ("", ""), "ガイドライン2-2-2-2"),
    row("R23", "interpretation=unsolicited basis=consent_27", ("R6", None), ("", ""), "ガイドライン2-2-2-2"),
    row("R24", "interpretation=on_behalf basis=consent_27", ("G5", None), ("", ""), "ガイドライン2-2-1-1"),
    row("R25", "interpretation=public_source", ("G5", None), ("", ""), "ガイドライン2-2-1-3"),
    row("R26", "", ("R13", Prohibited), ("", ""), "法20(1)"),
    row("R27", "third_party_status=overseas basis=consent_27 place=other_foreign", ("R12", Review), ("bcdeg", "EBC"), "規則24(1)"),
    row("R28", "self_status=deemed_handler basis=consent_27", ("R11", Required), ("bcdeg", "EBC"), "規則24(1)(ii)"),
    row("R29", "self_status=public_body basis=consent_27", ("G0", None), ("", ""), "法16(2)"),
    row("R30", "data=pseudonymized_personal_data basis=joint_use", ("G1b", None), ("", ""), "法41(6)"),
];
