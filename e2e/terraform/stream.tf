# What a user writes, but for the endpoint: streams in both modes, a consumer, a
# policy. Every attribute that can be changed is a variable.

terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

variable "endpoint" { type = string }

variable "shards" { default = 2 }
variable "hours" { default = 24 }
variable "metrics" { default = ["IncomingBytes"] }
variable "tags" { default = { team = "water" } }
variable "mode" { default = "ON_DEMAND" }
variable "readers" { default = ["a"] }
variable "action" { default = "kinesis:PutRecord" }

provider "aws" {
  region                      = "us-east-1"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
  endpoints { kinesis = var.endpoint }
}

resource "aws_kinesis_stream" "orders" {
  name                      = "orders"
  shard_count               = var.shards
  retention_period          = var.hours
  shard_level_metrics       = var.metrics
  enforce_consumer_deletion = true
  tags                      = var.tags
}

resource "aws_kinesis_stream" "clicks" {
  name        = "clicks"
  shard_count = var.mode == "PROVISIONED" ? 4 : null
  stream_mode_details { stream_mode = var.mode }
}

resource "aws_kinesis_stream_consumer" "readers" {
  for_each   = toset(var.readers)
  name       = "reader-${each.key}"
  stream_arn = aws_kinesis_stream.orders.arn
}

resource "aws_kinesis_resource_policy" "orders" {
  resource_arn = aws_kinesis_stream.orders.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "writers"
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::111122223333:root" }
      Action    = [var.action]
      Resource  = aws_kinesis_stream.orders.arn
    }]
  })
}

data "aws_kinesis_stream" "orders" {
  name = aws_kinesis_stream.orders.name
}

output "open" { value = length(data.aws_kinesis_stream.orders.open_shards) }
output "arn" { value = aws_kinesis_stream.orders.arn }
