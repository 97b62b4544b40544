variable "machine" {
  type = object({ type = string, maximum = number })
}

variable "prefix" {
  default = "run"
}

module "network" {
  source  = "./network"
  machine = var.machine
  prefix  = var.prefix

  connectors = {
    egress = { range = "10.8.0.0/28" }
    batch = {
      range   = "10.9.0.0/28"
      minimum = 3
    }
  }
}

provider "google" {
  project = "acme-test"
  region  = "europe-west1"
}
