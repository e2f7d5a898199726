//! A USER that is named gets its number: Kubernetes' `runAsNonRoot` cannot tell from a name that it is not root.
//! <https://kubernetes.io/docs/tasks/configure-pod-container/security-context/>

use dfopt_analysis::{Family, Stage, accounts};
use dfopt_syntax::Edit;
use dfopt_syntax::dockerfile::Arguments;

use crate::reordering::Declined;
use crate::{Context, Effect, Findings};

/// Writes the number of the user of USER `index`, where it is known. Its group is found by the number as by the name.
pub(super) fn rewrite(
    context: &Context<'_, '_>,
    stage: &Stage,
    index: usize,
    findings: &mut Findings,
) -> Result<(), Declined> {
    let build = context.build;
    let instruction = build.instruction(index);
    let Arguments::Text(span) = instruction.arguments() else { return Ok(()) };
    let written = String::from_utf8_lossy(instruction.slice(*span)).into_owned();
    let is_name = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b))
    };
    if !is_name(&written) || !stage.instructions.contains(&index) || (context.is_ignored)(instruction.span) {
        return Ok(());
    }
    let (made, _) = accounts::made(build, stage);
    let of_file: Vec<_> = made.iter().filter(|account| account.name == written).collect();
    let number = match of_file[..] {
        [account] => account.uid,
        [] => {
            let (_, profile) = super::known(context, stage);
            let family = profile.as_ref().map(|profile| profile.family);
            let known = profile.and_then(|profile| {
                [profile.account, profile.default_user].into_iter().flatten().find(|a| a.name == written)
            });
            known.map(|account| account.uid).or_else(|| of_system(&written, family?))
        }
        _ => None,
    };
    let Some(number) = number.filter(|_| !accounts::are_changed(build)) else {
        let reason = format!("the number of `{written}` is not known");
        let help = "give it one where it is made, for Kubernetes to see that it is not root";
        return Err(Declined { cause: Some(index), ..Declined::new(reason, help) });
    };
    let title = format!("name `{written}` by its number: Kubernetes sees that it is not root");
    let edit = Edit::replace(instruction.source_span(*span), number.to_string());
    findings.rewrite(title, Effect::Harden, vec![edit]);
    Ok(())
}

/// Accounts that a distribution has from the start: `base-passwd` of Debian, `alpine-baselayout`, distroless.
fn of_system(name: &str, family: Family) -> Option<u32> {
    match (name, family) {
        ("nobody", Family::Debian | Family::Ubuntu | Family::Alpine | Family::Distroless | Family::Wolfi) => {
            Some(65534)
        }
        ("www-data", Family::Debian | Family::Ubuntu) => Some(33),
        ("daemon", Family::Debian | Family::Ubuntu) => Some(1),
        _ => None,
    }
}
