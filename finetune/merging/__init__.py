"""The parts of a merge, which `finetune.merge` puts together."""
