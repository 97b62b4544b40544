//! A root module made up for measuring: services and teams, as many as asked for, written as people write such roots.
//!
//! Every name in it is invented. One unit has eight resources by `for_each`; a hundredth as many module calls as
//! instances, also by `for_each`, have 19 resources each.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// How many locals the root module has.
pub(crate) const LOCALS: usize = 200;
/// Locals that the root's own text declares.
const NAMED_LOCALS: usize = 8;

/// Writes the files of a root that has exactly so many instances of resources and modules. A multiple of 100.
pub(crate) fn write_root(directory: &Path, instances: usize) {
    assert_eq!(instances % 100, 0, "teams come by the hundred");
    let variables = VARIABLES.replace("TEAMS", &(instances / 100).to_string());
    fs::create_dir_all(directory.join("modules/team")).expect("a folder");
    for (name, text) in [
        ("variables.tf", variables.as_str()),
        ("locals.tf", &(NAMED.to_owned() + &numbered_locals())),
        ("network.tf", NETWORK),
        ("services.tf", SERVICES),
        ("teams.tf", TEAMS),
        ("terraform.tfvars", "domain = \"staging.example.com\"\n"),
        ("modules/team/main.tf", TEAM),
    ] {
        fs::write(directory.join(name), text).expect("written");
    }
}

/// Locals of the kinds that roots have many of; each refers to others.
fn numbered_locals() -> String {
    let mut text = "locals {\n".to_owned();
    for number in 0..LOCALS - NAMED_LOCALS {
        let earlier = number.saturating_sub(5);
        let line = match number % 5 {
            0 => format!(
                "  labels_{number} = merge(local.common_labels, {{\n    component = \"component-{number}\"\n    tier      = var.tier\n  }})"
            ),
            1 => format!(
                "  region_{number} = lookup(var.regions, \"r{}\", var.default_region) # where component {number} runs",
                number % 4
            ),
            2 if number > 5 => {
                format!(
                    "  names_{number} = [for name in local.names_{earlier} : \"${{name}}-{number}\" if length(name) < 40]"
                )
            }
            2 => format!("  names_{number} = [for index in range(20) : format(\"%s-%03d\", var.tier, index)]"),
            3 => format!(
                "  size_{number} = var.tier == \"production\" ? max({number}, 8) : contains(keys(var.regions), \"r1\") ? 2 : 1"
            ),
            _ => format!("  host_{number} = \"component-{number}.${{var.tier}}.${{lower(var.domain)}}\""),
        };
        text.push_str(&line);
        text.push('\n');
    }
    let _ = writeln!(text, "}}");
    text
}

const VARIABLES: &str = r#"# What this root is given.
variable "project" {
  description = "The project of everything that has none of its own."
  type        = string
  default     = "bench-project"
}

variable "default_region" {
  type    = string
  default = "us-central1"
}

variable "domain" {
  type = string

  validation {
    condition     = can(regex("^[a-z.]+$", var.domain))
    error_message = "The domain has letters and dots only."
  }
}

variable "tier" {
  type    = string
  default = "staging"

  validation {
    condition     = contains(["staging", "production"], var.tier)
    error_message = "There are two tiers."
  }
}

variable "regions" {
  type = map(string)
  default = {
    r0 = "us-central1"
    r1 = "us-east1"
    r2 = "europe-west1"
    r3 = "asia-east1"
  }
}

variable "team_count" {
  type    = number
  default = TEAMS
}

variable "sizes" {
  type = map(object({
    memory = string
    cpu    = optional(number, 1)
    nodes  = optional(number)
  }))
  default = {
    small = { memory = "512Mi" }
    large = { memory = "2Gi", cpu = 2, nodes = 3 }
  }
}
"#;

const NAMED: &str = r#"locals {
  common_labels = {
    managed_by  = "terraform"
    environment = var.tier
  }

  is_production = var.tier == "production"

  # A thousand at a time, since range() gives no more.
  teams = {
    for index in range(var.team_count) : format("team-%04d", index) => {
      region  = var.regions[format("r%d", index % 4)]
      size    = index % 3 == 0 ? "large" : "small"
      members = [for member in range(3) : "member-${member}@team-${index}.example.com"]
    }
  }

  service_list = flatten([
    for team, settings in local.teams : [
      for number in range(10) : {
        key    = "${team}-service-${number}"
        team   = team
        number = number
        region = settings.region
        size   = settings.size
        public = number == 0
        ports  = number % 2 == 0 ? ["443"] : ["443", "8080-8090"]
      }
    ]
  ])

  services = { for service in local.service_list : service.key => service }

  public_services = [for key, service in local.services : key if service.public]

  offsets = { for index, key in keys(local.services) : key => index }

  environment = merge(
    { TIER = var.tier, DOMAIN = var.domain },
    local.is_production ? {} : { DEBUG = "1" },
  )
}

"#;

const NETWORK: &str = r#"provider "google" {
  project = var.project
  region  = var.default_region

  default_labels = local.common_labels
}

resource "google_compute_subnetwork" "service" {
  for_each = local.services

  name                     = "subnet-${each.key}"
  region                   = each.value.region
  network                  = "projects/${var.project}/global/networks/main"
  ip_cidr_range            = cidrsubnet("10.0.0.0/8", 16, local.offsets[each.key])
  private_ip_google_access = !each.value.public
  description              = each.value.public ? "open to ${var.domain}" : null

  secondary_ip_range {
    range_name    = "pods"
    ip_cidr_range = "172.16.${each.value.number}.0/24"
  }

  lifecycle {
    ignore_changes = [secondary_ip_range]
  }
}

resource "google_compute_firewall" "service" {
  for_each = local.services

  name    = "allow-${each.key}"
  network = "main"

  allow {
    protocol = "tcp"
    ports    = each.value.ports
  }

  dynamic "allow" {
    for_each = each.value.public ? ["icmp"] : []
    content {
      protocol = allow.value
    }
  }

  source_ranges = each.value.public ? ["0.0.0.0/0"] : [google_compute_subnetwork.service[each.key].ip_cidr_range, "10.0.0.0/8"]
  target_tags   = ["web", each.value.team]
  priority      = 1000 + each.value.number
}

resource "google_compute_global_address" "service" {
  for_each = local.services

  name         = "address-${each.key}"
  address_type = "EXTERNAL"
  labels       = merge(local.labels_0, { team = each.value.team })
}
"#;

const SERVICES: &str = r#"resource "google_redis_instance" "cache" {
  for_each = local.services

  name               = "cache-${each.key}"
  tier               = local.is_production ? "STANDARD_HA" : "BASIC"
  memory_size_gb     = lookup(var.sizes, each.value.size, var.sizes["small"]).cpu * 4
  region             = each.value.region
  authorized_network = "projects/${var.project}/global/networks/main"
  redis_version      = "REDIS_7_0"
  labels             = merge(local.common_labels, { team = each.value.team, public = tostring(each.value.public) })

  redis_configs = {
    maxmemory-policy = each.value.public ? "allkeys-lru" : "noeviction"
  }

  maintenance_policy {
    weekly_maintenance_window {
      day = "SUNDAY"
      start_time {
        hours   = each.value.number
        minutes = 30
      }
    }
  }
}

resource "google_cloud_run_v2_service" "service" {
  for_each = local.services

  name     = each.key
  location = each.value.region
  ingress  = each.value.public ? "INGRESS_TRAFFIC_ALL" : "INGRESS_TRAFFIC_INTERNAL_ONLY"

  template {
    service_account = "runner@${var.project}.iam.gserviceaccount.com"
    timeout         = "${30 + each.value.number}s"

    scaling {
      min_instance_count = local.is_production ? 1 : 0
      max_instance_count = coalesce(var.sizes[each.value.size].nodes, 2)
    }

    containers {
      image = "${each.value.region}-docker.pkg.dev/${var.project}/apps/${each.value.team}:${substr(md5(each.key), 0, 8)}"

      resources {
        limits = {
          cpu    = tostring(var.sizes[each.value.size].cpu)
          memory = var.sizes[each.value.size].memory
        }
      }

      env {
        name  = "REDIS_HOST"
        value = google_redis_instance.cache[each.key].host
      }

      dynamic "env" {
        for_each = local.environment
        iterator = variable
        content {
          name  = variable.key
          value = variable.value
        }
      }
    }
  }
}

resource "google_storage_bucket" "service" {
  for_each = local.services

  name                        = join("-", [var.project, each.key, "data"])
  location                    = upper(split("-", each.value.region)[0])
  force_destroy               = !local.is_production
  uniform_bucket_level_access = true
  labels                      = local.labels_5

  lifecycle_rule {
    condition {
      age = each.value.public ? 30 : 365
    }
    action {
      type = "Delete"
    }
  }
}

resource "google_pubsub_topic" "service" {
  for_each = { for key, service in local.services : key => service if service.number >= 0 }

  name   = <<-EOT
    ${trimspace(each.key)}-%{ if each.value.public }public%{ else }internal%{ endif }
  EOT
  labels = { for name, value in local.common_labels : name => lower(value) if value != "" }
}

resource "google_pubsub_subscription" "service" {
  for_each = local.services

  name                 = "${each.key}-worker"
  topic                = google_pubsub_topic.service[each.key].id
  ack_deadline_seconds = try(each.value.deadline, 20)

  push_config {
    push_endpoint = "https://${each.key}.${var.domain}/push"
  }
}

output "addresses" {
  value = { for key, address in google_compute_global_address.service : key => address.address }
}

output "subnetworks" {
  value = values(google_compute_subnetwork.service)[*].id
}
"#;

const TEAMS: &str = r#"module "team" {
  source   = "./modules/team"
  for_each = local.teams

  name    = each.key
  project = var.project
  region  = each.value.region
  members = each.value.members
  labels  = merge(local.common_labels, { team = each.key })

  addresses = { for number in range(9) : "address-${number}" => { purpose = number < 2 ? "VPC_PEERING" : null } }
}

output "team_accounts" {
  value = { for key, team in module.team : key => team.account }
}
"#;

const TEAM: &str = r#"variable "name" {
  type = string
}

variable "project" {
  type = string
}

variable "region" {
  type    = string
  default = "us-central1"
}

variable "members" {
  type = list(string)
}

variable "labels" {
  type    = map(string)
  default = {}
}

variable "roles" {
  type = set(string)
  default = [
    "roles/cloudsql.client",
    "roles/logging.logWriter",
    "roles/monitoring.metricWriter",
    "roles/pubsub.publisher",
    "roles/pubsub.subscriber",
    "roles/run.invoker",
    "roles/secretmanager.secretAccessor",
    "roles/storage.objectViewer",
  ]
}

variable "addresses" {
  type = map(object({
    purpose       = optional(string)
    prefix_length = optional(number, 16)
  }))
}

locals {
  account_id = substr(replace(var.name, "_", "-"), 0, 28)
  owners     = [for member in var.members : "user:${member}"]
  labels     = merge(var.labels, { owner = replace(element(var.members, 0), "/[^a-z]/", "_") })
}

resource "google_service_account" "main" {
  project      = var.project
  account_id   = local.account_id
  display_name = title(replace(var.name, "-", " "))
}

resource "google_project_iam_member" "role" {
  for_each = var.roles

  project = var.project
  role    = each.value
  member  = "serviceAccount:${google_service_account.main.email}"
}

resource "google_compute_global_address" "range" {
  for_each = var.addresses

  project       = var.project
  name          = "${var.name}-${each.key}"
  address_type  = each.value.purpose == null ? "EXTERNAL" : "INTERNAL"
  purpose       = each.value.purpose
  prefix_length = each.value.purpose == null ? null : each.value.prefix_length
  labels        = local.labels
}

resource "google_vpc_access_connector" "main" {
  name          = "${substr(var.name, 0, 15)}-connector"
  project       = var.project
  region        = var.region
  network       = "main"
  ip_cidr_range = cidrsubnet("10.128.0.0/9", 19, length(local.owners))
  min_instances = 2
  max_instances = max(3, length(var.members))
}

output "account" {
  value = google_service_account.main.email
}
"#;
