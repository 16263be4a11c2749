//! The names of the gates a question passes.

use crate::closed_list::closed_list;

closed_list! {
    /// The gate that settled an answer: gates are tried in order and the first that matches wins.
    /// G applies to both directions, L to 個人関連情報, P to provisions, R to receipts.
    Gate {
        /// The duty did not exist yet.
        T0 = "T0";
        /// The asker is not bound.
        G0 = "G0";
        /// Anonymised information or statistics.
        G1a = "G1a";
        /// Pseudonymised information.
        G1b = "G1b";
        /// Personal information outside a database.
        G1c = "G1c";
        /// The other side is no third party.
        G2 = "G2";
        /// 個人関連情報 not taken as personal data.
        L1 = "L1";
        /// 個人関連情報 under an item of art. 27(1).
        L2 = "L2";
        /// 個人関連情報 with a public body.
        L3 = "L3";
        /// 個人関連情報 without confirmed consent.
        L4 = "L4";
        /// 個人関連情報 abroad without the information of art. 31(1)(ii).
        L5 = "L5";
        /// 個人関連情報, in order.
        L6 = "L6";
        /// The other side is a public body.
        G3 = "G3";
        /// The standing of a body is not settled.
        G3r = "G3r";
        /// An item of art. 27(1).
        G4 = "G4";
        /// An interpretive exemption for both sides.
        G5 = "G5";
        /// Provision abroad under art. 28(1).
        P6 = "P6";
        /// Provision under art. 27(5).
        P7 = "P7";
        /// Provision by opt-out.
        P8 = "P8";
        /// Provision by consent.
        P9 = "P9";
        /// Provision without a ground.
        P10 = "P10";
        /// An interpretive exemption for the act of receiving.
        R6 = "R6";
        /// Not personal data for the recipient.
        R7 = "R7";
        /// Receipt under art. 27(5).
        R8 = "R8";
        /// Receipt from a third party that is not a handler.
        R9 = "R9";
        /// Receipt by opt-out.
        R10 = "R10";
        /// Receipt by consent.
        R11 = "R11";
        /// Receipt from a foreign company that is not under the Act.
        R12 = "R12";
        /// Receipt without a ground.
        R13 = "R13";
    }
}
