//! What would help where a request failed, as words and commands. Main functions: [`advice`], [`project_advice`].

use super::error::ApiError;
use super::plan::{PROJECT_PERMISSION, PROJECT_ROLE, PlannedCall};
use crate::catalog::ResourceType;

/// The error of a call as the reason of its listing, with what helps.
pub(crate) fn advice(error: &ApiError, kind: &ResourceType, call: &PlannedCall) -> String {
    helped(error, &call.permission, &kind.viewer_role, call.project())
}

/// The error of asking for the number of a project, with what helps.
pub(crate) fn project_advice(error: &ApiError, project: &str) -> String {
    helped(error, PROJECT_PERMISSION, PROJECT_ROLE, project)
}

fn helped(error: &ApiError, permission: &str, role: &str, project: &str) -> String {
    match error {
        ApiError::PermissionDenied { .. } => format!(
            "{error}; it takes {permission}, as in `gcloud projects add-iam-policy-binding {project} --member=MEMBER \
             --role={role}`; `trueup permissions` prints a role with all that is needed here and no more"
        ),
        ApiError::Quota { is_rate: true, .. } => format!("{error}; fewer requests at once: --parallelism 2"),
        ApiError::Transport { is_out_of_time: true, .. } => format!("{error}; more time: --timeout"),
        _ => error.to_string(),
    }
}
