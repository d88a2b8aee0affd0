"""From trained weights to the files that srlint loads. Meets `finetune` through files only."""
