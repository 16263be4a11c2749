//! The worked cases of the law, with their ids, and what holds for every question there is.

mod documented_marks;
mod every_question;
mod follow_ups;
mod methods;
mod omission;
mod periods;
mod provisions;
mod question_json;
mod receipts;
mod retention;
mod worked_case;
