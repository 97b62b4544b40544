terraform {
  required_version = ">= 1.5"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 6.0"
    }
    random = {
      source  = "hashicorp/random"
      version = "~> 3.6"
    }
  }

  # State stays on the workstation that applies; a bucket was planned once.
}

provider "google" {
  project = var.project_id
  region  = var.region
}
