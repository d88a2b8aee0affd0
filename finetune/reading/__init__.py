"""Training data from elsewhere: the parts of `finetune.sources`."""
