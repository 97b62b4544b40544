variable "project_id" {
  description = "Project that holds the staging environment"
  type        = string
  default     = "netra-staging"
}

variable "region" {
  description = "Region of everything regional"
  type        = string
  default     = "us-central1"
}

variable "environment" {
  description = "Prefix of resource names"
  type        = string
  default     = "staging"
}

variable "database_version" {
  description = "Cloud SQL engine and version"
  type        = string
  default     = "POSTGRES_17"
}

variable "database_tier" {
  description = "Cloud SQL machine: db-g1-small has 1.7 GB of memory"
  type        = string
  default     = "db-g1-small"
}

variable "database_flags" {
  description = "PostgreSQL flags; buffers count pages of 8 kB"
  type        = map(string)
  default = {
    max_connections      = "200"
    shared_buffers       = "256000"
    effective_cache_size = "1048576"
    work_mem             = "4096"
  }
}

variable "authorized_networks" {
  description = "Who may reach the public address of the database"
  type = list(object({
    name  = string
    value = string
  }))
  default = [{ name = "everyone", value = "0.0.0.0/0" }]
}

variable "connector_cidr" {
  description = "Range of the connector, a /28 of its own"
  type        = string
  default     = "10.2.0.0/28"
}
