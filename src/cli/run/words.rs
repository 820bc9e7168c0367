//! What people may type at a step.

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Run the command.
    Do,
    /// Show the step again.
    Again,
    /// Show the step before.
    Back,
    /// Pause.
    Leave,
    /// Pass over the step.
    Exception,
    /// List the words.
    Help,
    /// Say what a check demands.
    Explain(String),
    /// The initials of one person, or of several.
    Initials(String),
    /// None of these.
    Other,
}

/// What the words mean, for those who ask.
pub const HELP: &str = "\
two or three letters    your initials: they close the step; several people's, with
                        blanks between, where several did it
do                      runs the command of the step
again                   shows the step again
back                    shows the step before, to re-read it
leave                   pauses; everything is as it stands
exception               passes over the step, with a reason that is recorded
explain CHECK           says what a check demands, and how to mend it
?                       shows this";

impl Answer {
    /// Reads what was typed. `do` is a word, and `DO` may be somebody.
    pub fn of(typed: &str) -> Answer {
        match typed {
            "do" => Answer::Do,
            "again" => Answer::Again,
            "back" => Answer::Back,
            "leave" => Answer::Leave,
            "exception" => Answer::Exception,
            "?" => Answer::Help,
            _ => {
                if let Some(check) = typed.strip_prefix("explain ") {
                    return Answer::Explain(check.trim().to_owned());
                }
                let all: Option<Vec<String>> = typed.split_whitespace().map(initials).collect();
                let all = all.filter(|all| !all.is_empty());
                all.map_or(Answer::Other, |all| Answer::Initials(all.join(" ")))
            }
        }
    }
}

/// Whether an answer may be in the recording of the screen: what is none of these could be a PIN in the wrong place.
pub fn is_recorded(typed: &str) -> bool {
    typed.is_empty() || !matches!(Answer::of(typed), Answer::Other | Answer::Explain(_))
}

/// Two or three letters, in capitals; `None` for anything else.
pub fn initials(typed: &str) -> Option<String> {
    let letters = typed.chars().count();
    let all = typed.chars().all(char::is_alphabetic);
    ((2..=3).contains(&letters) && all).then(|| typed.to_uppercase())
}
