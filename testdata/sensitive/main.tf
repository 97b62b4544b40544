
provider "google" {
 project = "acme-test"
 region = "europe-west1"
 default_labels = { beside = var.secret }
}
variable "secret" {
  type = string
  sensitive = true

  validation {
    condition = length(var.secret) > 100
    error_message = "bad secret ${var.secret}"
  }
}
variable "plainv" {
  type = number
  sensitive = true
}
locals {
  a = tonumber(var.secret)
  b = jsondecode(var.secret)
  c = var.secret.foo
  d = lookup({}, var.secret)
  e = file(var.secret)
  f = format("%d", var.secret)
  g = cidrhost(var.secret, 1)
  h = regex("x", var.secret)
  i = { for x in [var.secret, var.secret] : x => 1 }
  j = {"a"=1}[var.secret]
  k = templatefile(var.secret, {})
  l = yamldecode("${var.secret}: : :")
  m = base64decode(var.secret)
  n = var.secret + 1
  o = !var.secret
  p = timeadd(var.secret, "1h")
  q = parseint(var.secret, 10)
  r = formatdate(var.secret, "2020-01-01T00:00:00Z")
}
resource "google_sql_database_instance" "m" {
  name = "m"
  database_version = "POSTGRES_14"
  root_password = var.secret
  region = "europe-west1"
  settings {
    tier = local.b
    activation_policy = local.c 
    availability_type = local.d
    disk_type = local.j
    disk_size = local.n
    pricing_plan = local.p
    user_labels = { for x in [var.secret, var.secret] : x => 1 }
  }
}
resource "google_sql_user" "u" {
  name = "app"
  instance = google_sql_database_instance.m.name
  password = "SECRET-MARKER-1234-conf"
}
resource "google_sql_user" "sensname" {
  name = var.secret
  instance = google_sql_database_instance.m.name
}
resource "google_redis_instance" "r" {
  name = "r"
  memory_size_gb = 1
  auth_enabled = true
  redis_configs = { x = var.secret }
  display_name = var.secret
  labels = { (var.secret) = "v", k = var.secret }
}
resource "google_redis_instance" "fe" {
  for_each = toset([var.secret])
  name = each.key
  memory_size_gb = 1
}
resource "google_redis_instance" "cnt" {
  count = var.secret
  name = "x"
  memory_size_gb = 1
}
resource "google_cloud_run_v2_service" "api" {
  name     = "api"
  location = "europe-west1"
  template {
    containers {
      image = "img"
      env {
        name = "PASSWORD"
        value = var.secret 
      }
      env {
        name  = "API_HOST"
        value = "SECRET-MARKER-1234:443"
      }
      env {
        name = "HOST"
        value = "${var.secret}:80" 
      }
      env {
        name = var.secret
        value = "x" 
      }
      args = [var.secret]
    }
  }
}
resource "google_compute_firewall" "fw" {
  name = "fw"
  network = var.secret
  description = var.secret
  allow {
    protocol = var.secret
    ports = [var.secret] 
  }
  source_ranges = [var.secret]
  unknown_thing = var.secret
}
resource "google_compute_firewall" "fwlit" {
  name = "fwlit"
  network = "n"
  description = sensitive("SECRET-MARKER-1234-lit")
  allow {
    protocol = "tcp"
  }
}
output "x" { value = var.secret }
