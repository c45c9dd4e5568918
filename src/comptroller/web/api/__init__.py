"""What all calls under /api/v1 share: schemas, paging, the OpenAPI document and the event stream."""
