# What a user of freshet serve writes: nothing is skipped, so the provider asks STS who
# it is, and takes a role on. The key is in the environment, and so is what to trust.

terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

variable "endpoint" { type = string }
variable "role" { type = string }
variable "encryption" { default = "KMS" }

provider "aws" {
  region = "us-east-1"
  assume_role {
    role_arn     = var.role
    session_name = "deploy"
  }
  endpoints {
    kinesis = var.endpoint
    sts     = var.endpoint
  }
}

data "aws_caller_identity" "me" {}

resource "aws_kinesis_stream" "orders" {
  name            = "orders"
  shard_count     = 1
  encryption_type = var.encryption
  kms_key_id      = var.encryption == "KMS" ? "alias/aws/kinesis" : null
}

output "who" { value = data.aws_caller_identity.me.arn }
