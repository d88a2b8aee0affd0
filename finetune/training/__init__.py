"""The parts of a training run of a language model, which `finetune.train` puts together."""
