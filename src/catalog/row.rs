//! One attribute of a resource type, as data.

use std::sync::{Arc, OnceLock};

use serde::Deserialize;

use crate::model::{
    AttributeFacts, AttributePath, Leaf, Nesting, PathStep, PlanVisibility, ProviderVersion, Replacement, Side, Value,
    VisibilityRule,
};

/// One attribute of a resource type.
#[derive(Clone, Debug)]
pub struct Row {
    /// The Terraform path, names only: `settings.ip_configuration.ipv4_enabled`.
    pub path: String,
    /// Where it stands in the first element of every block around it: `settings[0].ip_configuration[0].ipv4_enabled`.
    /// Most blocks have no other element, and all sides of all resources share these steps.
    pub first: AttributePath,
    /// The member of the REST body, from the body's root, names only: `settings.ipConfiguration.ipv4Enabled`. `None`
    /// where the body has none.
    pub api: Option<String>,
    /// The shape of the value.
    pub kind: Kind,
    /// Who sets it.
    pub mode: Mode,
    /// Since which version of the provider it is required; `None` where that was always so, or it is not.
    pub required_since: Option<ProviderVersion>,
    /// Whether it is compared, and if not, why not.
    pub treatment: Treatment,
    /// How values that mean the same are made the same.
    pub form: Form,
    /// For blocks that may repeat: the member (below the block) that names an element. Such elements are addressed
    /// by it and their order does not count. Without it a list is addressed by index and a set compared as a whole.
    pub key: Option<String>,
    /// Whether the body has a map of the elements by their [`Self::key`] in place of a list.
    pub is_by_key: bool,
    /// What the provider takes where the configuration gives nothing.
    pub default: Option<Value>,
    /// What an absent (or zero) value means on any side that was read, where that is not the zero value: `edition`
    /// absent is `ENTERPRISE`.
    pub when_absent: Option<Value>,
    /// When a change replaces the object.
    pub replacement: Replacement,
    /// Never printed.
    pub is_sensitive: bool,
    /// The row needs more than its form: a converter that `normalize` has under this name.
    pub converter: Option<Converter>,
    /// For blocks: the member of the body (below the block) that must be true for the block to be there at all: a
    /// firewall's `logConfig` with `enable` false is no block.
    pub present_when: Option<String>,
    /// Only read where a sibling (its name) has one of these values; else it counts as absent on every side.
    pub only_with: Option<(String, Vec<String>)>,
    /// Given values that leave the choice to the server, as if the argument were not given: `auto`.
    pub server_chosen: Vec<String>,
    /// For maps: globs of members that the server adds by itself. Where the configuration does not give one, the
    /// configuration drops out of its verdict; state and live are compared.
    pub server_keys: Vec<String>,
    /// For maps: globs of members that change by themselves or that every deploying tool overwrites. They are
    /// compared only where the configuration gives them.
    pub volatile_keys: Vec<String>,
    /// For sets of scalars: the schema has a list, of which the order means nothing.
    pub is_list: bool,
    /// Written as an argument in configuration though it is a block here: lists of objects that are only read.
    pub is_attribute: bool,
    /// For links: the collection that a bare name stands in, `global/networks`, `regions/{location}/subnetworks`
    /// (`{location}` being the resource's own). `None` where a bare name cannot be completed.
    pub link: Option<String>,
    /// What it can cost when it changes unseen, in a sentence without a period.
    pub consequence: Option<String>,
    /// Where the facts of this row come from.
    pub source: String,
    /// The part that comparing needs, shared by all leaves of the row.
    pub facts: Arc<AttributeFacts>,
    /// How the row stands to the type's other rows.
    pub(super) ties: Ties,
    pub(super) shared: SharedLeaves,
}

/// How a row stands to the other rows of its type: places in the list of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Ties {
    /// See [`Row::index`].
    pub(super) index: usize,
    /// The rows directly below.
    pub(super) below: Vec<usize>,
    /// The row of [`Row::key`].
    pub(super) key: Option<usize>,
    /// See [`Row::is_sensitive_within`].
    pub(super) is_sensitive_within: bool,
    /// See [`Row::is_label_shadow`].
    pub(super) is_label_shadow: bool,
    /// See [`Row::is_whole`].
    pub(super) is_whole: bool,
    /// See [`Row::member`].
    pub(super) member: Option<Member>,
}

/// Where a row's member stands in a body, seen from the objects that the blocks around the row are read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// How many objects further out than the innermost; the body itself is the outermost.
    pub out: usize,
    /// The names from there; none where it is that object itself.
    pub names: Vec<String>,
}

impl Row {
    /// The last name of the path: `tier`.
    pub fn name(&self) -> &str {
        match self.first.steps().last() {
            Some(PathStep::Attribute(name)) => name,
            _ => &self.path,
        }
    }

    /// Its place in [`super::ResourceType::rows`].
    pub fn index(&self) -> usize {
        self.ties.index
    }

    /// Where its member stands in a body; `None` where the body has none.
    pub fn member(&self) -> Option<&Member> {
        self.ties.member.as_ref()
    }

    /// Whether the row or any row below it is sensitive.
    pub fn is_sensitive_within(&self) -> bool {
        self.ties.is_sensitive_within
    }

    /// Whether it is a block that is compared as one value: a set without a key, and a block that says all by being
    /// there (nothing below it can be given).
    pub fn is_whole(&self) -> bool {
        self.ties.is_whole
    }

    /// Whether the row is one of the state's further maps of labels (`effective_labels`, `terraform_labels`), which are
    /// read together with the first.
    pub fn is_label_shadow(&self) -> bool {
        self.ties.is_label_shadow
    }

    /// The leaf of a side that says `side` of the row and marks nothing more as sensitive than the row does. Resources
    /// share the leaves of what is not there.
    pub fn leaf(&self, side: Side) -> Arc<Leaf> {
        let shared = match &side {
            Side::Value(Value::Null) => &self.shared.null,
            Side::NotRecorded => &self.shared.not_recorded,
            Side::Unset { counts_as: None } => &self.shared.left_open,
            Side::Unset { counts_as: Some(Value::Null) } => &self.shared.taken_back,
            _ => return Arc::new(self.made(side)),
        };
        Arc::clone(shared.get_or_init(|| Arc::new(self.made(side))))
    }

    fn made(&self, side: Side) -> Leaf {
        Leaf { side, facts: Arc::clone(&self.facts), is_sensitive: self.is_sensitive, origin: None }
    }

    /// The path of the row above; `""` at the top.
    pub fn parent(&self) -> &str {
        super::resource_type::parent_path(&self.path)
    }
}

/// The leaves of a row that many resources have alike, each made when it is first asked for.
#[derive(Clone, Debug, Default)]
pub(super) struct SharedLeaves {
    /// Read, and nothing there.
    null: OnceLock<Arc<Leaf>>,
    /// The state does not have it.
    not_recorded: OnceLock<Arc<Leaf>>,
    /// Not given, and left to the server.
    left_open: OnceLock<Arc<Leaf>>,
    /// Not given, and taken back to nothing.
    taken_back: OnceLock<Arc<Leaf>>,
}

/// The shape of an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text or an enum.
    String,
    /// A whole number; an API may write it as text.
    Integer,
    /// A number with a fraction.
    Float,
    /// A boolean.
    Boolean,
    /// A list of scalars; order counts.
    ScalarList,
    /// A set of scalars.
    ScalarSet,
    /// A map of scalars; each member is a leaf of its own.
    Map,
    /// A nested block or list of objects, with rows of its own below. A single one stands in the body as an object or
    /// as a list of one; a repeated one as a list.
    Block(Nesting),
}

/// Who sets an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Must be given.
    Required,
    /// May be given; a plan takes it back to its default or to null where it is not.
    Optional,
    /// May be given; where it is not, the server chooses and Terraform accepts that in silence.
    OptionalComputed,
    /// Only read.
    Computed,
    /// Lives in configuration and state only.
    ClientOnly,
    /// Given, never recorded.
    WriteOnly,
}

/// Whether an attribute is compared, and if not, why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Treatment {
    /// Compared on all sides.
    Compared,
    /// Part of the identity: project, location, name, and what the URL holds. Differing means another object.
    Identity,
    /// Read-only facts that carry health: for policies.
    Health,
    /// Read-only facts about the object that policies or topology use: host, addresses.
    Fact,
    /// Changes by itself: etags, fingerprints, timestamps, counters.
    Volatile,
    /// Only in configuration and state: `deletion_protection`, `timeouts`.
    ClientOnly,
    /// Sent once, never returned: passwords.
    WriteOnly,
    /// The API has it and the provider does not read it, or no answer that we read carries it.
    NotReadable,
    /// The same thing is compared under another row.
    Derived,
}

/// How values that mean the same are made the same. One definition each, in `normalize::forms`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// As it is.
    Exact,
    /// A link, full name, partial path or bare name: reduced to the path from `projects/` on, project as id. A bare
    /// name is completed where [`Row::link`] says in which collection it stands, and stays bare otherwise.
    Link,
    /// The last segment of a path.
    LastSegment,
    /// An address range in canonical form.
    Cidr,
    /// A Kubernetes quantity: `1000m` is `1`, `512Mi` is a number of bytes.
    Quantity,
    /// A duration: `300s`, `5m`, `3.5s`.
    Duration,
    /// A project, by id or number: reduced to the id where that is known.
    Project,
    /// A time stamp: RFC 3339 in any zone and precision.
    Timestamp,
    /// Ports and port ranges: `80-80` is `80`.
    PortRange,
    /// A protocol, by name or number, in lower case.
    Protocol,
    /// Case does not count.
    CaseInsensitive,
    /// An enum: `…_UNSPECIFIED` is none.
    Enum,
    /// An enum that is written in upper case with `-` for `_`.
    UpperSnake,
    /// A domain: in lower case, without the dot of the root.
    DomainName,
    /// The data of a DNS record: a text without its quotes, an IPv6 address in canonical form, names and digests of MX
    /// and DS records in lower case.
    RecordData,
    /// A member of the map belongs to whoever set it: see `normalize::labels`.
    Labels,
}

/// A converter that `normalize` has: what one attribute needs beyond its form. Each with its reason there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Converter {
    /// The first element of Cloud SQL's `ipAddresses`, of any type.
    SqlFirstAddress,
    /// The first element of type PRIMARY.
    SqlPublicAddress,
    /// The first element of type PRIVATE.
    SqlPrivateAddress,
    /// True when `sqlNetworkArchitecture` is NEW_NETWORK_ARCHITECTURE.
    SqlNewNetworkArchitecture,
    /// An instance's name without leading `project:`, on every side.
    SqlMasterName,
    /// A configured `MYSQL_8_0` stands for every `MYSQL_8_0_N` with N of at least 35.
    SqlDatabaseVersion,
    /// A configured bare name stands for every link that ends in it.
    BareName,
    /// The zone in a link, on every side: what stands behind `zones/`. A text without stays as it is.
    LinkZone,
    /// The certificates of a proxy, where they are Compute Engine's.
    ProxyComputeCertificates,
    /// The certificates of a proxy, where they are Certificate Manager's.
    ProxyManagedCertificates,
    /// A text of blanks is no text.
    BlankIsNone,
    /// An IP address without prefix length; anything else that is configured is a reference, and says nothing.
    AddressOrReference,
}

/// Whether rows of a treatment are compared.
pub(super) fn is_compared(treatment: Treatment) -> bool {
    treatment == Treatment::Compared
}

/// What a plan shows of a live change where the row does not say otherwise: it follows from who sets the attribute.
pub(super) fn default_visibility(mode: Mode, treatment: Treatment, default: Option<&Value>) -> VisibilityRule {
    use PlanVisibility::{Hidden, RefreshOnly, Shown};
    let rule = |visibility, reason: &str| (visibility, Arc::from(reason));
    let both =
        |visibility, reason: &str| VisibilityRule { set: rule(visibility, reason), unset: rule(visibility, reason) };
    match treatment {
        Treatment::ClientOnly => return both(Hidden, "it lives in code and state only"),
        Treatment::WriteOnly => return both(Hidden, "the API never returns it"),
        Treatment::NotReadable => return both(Hidden, "the provider never reads it back"),
        Treatment::Identity => return both(Shown, "another value is another object"),
        Treatment::Derived => return both(RefreshOnly, "it follows from another attribute"),
        Treatment::Compared | Treatment::Health | Treatment::Fact | Treatment::Volatile => {}
    }
    let set = rule(Shown, "the code sets it, so a plan takes it back");
    let unset = match mode {
        Mode::Required => set.clone(),
        Mode::Optional => match default {
            Some(default) => (
                Shown,
                format!("the code does not set it, so a plan takes it back to the default {}", literal(default)).into(),
            ),
            None => rule(Shown, "the code does not set it, so a plan takes it back to nothing"),
        },
        Mode::OptionalComputed => {
            rule(RefreshOnly, "the code does not set it, so the provider accepts whatever the server says")
        }
        Mode::Computed => return both(RefreshOnly, "it is only read, never set"),
        Mode::ClientOnly => return both(Hidden, "it lives in code and state only"),
        Mode::WriteOnly => return both(Hidden, "the API never returns it"),
    };
    VisibilityRule { set, unset }
}

/// A default as one writes it: `"e2-micro"`, `1000`, `true`.
fn literal(value: &Value) -> String {
    match value {
        Value::String(text) => format!("\"{text}\""),
        Value::Number(number) => number.to_string(),
        Value::Bool(value) => value.to_string(),
        Value::Null => "null".to_owned(),
        Value::List(_) | Value::Set(_) => "[]".to_owned(),
        Value::Map(_) => "{}".to_owned(),
        Value::Unknown(_) => "that the provider knows".to_owned(),
    }
}
