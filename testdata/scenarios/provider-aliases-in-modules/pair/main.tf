terraform {
  required_providers {
    google = {
      source                = "hashicorp/google"
      configuration_aliases = [google.peer]
    }
  }
}

variable "prefix" {
  default = "plain"
}

resource "google_redis_instance" "own" {
  name           = "${var.prefix}-own"
  memory_size_gb = 1
}

resource "google_redis_instance" "peer" {
  provider       = google.peer
  name           = "${var.prefix}-peer"
  memory_size_gb = 1
}
