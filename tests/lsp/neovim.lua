-- Drives Neovim as a person would: waits for diagnostics, chooses code actions by their titles, writes the file.
-- $SRLINT_COMMAND starts the server; $SRLINT_STEPS is a JSON list of [line, beginning of a title]; $SRLINT_LOG is
-- where to say what was seen.

local seen = { version = tostring(vim.version().major) .. "." .. tostring(vim.version().minor), offered = {} }

local function finish(problem)
  seen.problem = problem
  vim.fn.writefile({ vim.fn.json_encode(seen) }, vim.env.SRLINT_LOG)
  vim.cmd(problem and "cquit" or "qall!")
end

local function await(what, holds)
  if not vim.wait(60000, holds, 50) then
    finish("it did not come: " .. what)
  end
end

local function diagnostics()
  return vim.diagnostic.get(0)
end

local function choose(line, title)
  vim.api.nvim_win_set_cursor(0, { line, 5 })
  local before, chosen = vim.api.nvim_buf_get_changedtick(0), false
  vim.ui.select = function(items, _, on_choice)
    for _, item in ipairs(items) do
      table.insert(seen.offered, item[2].title)
      if not chosen and item[2].title:sub(1, #title) == title then
        chosen = true
        on_choice(item)
      end
    end
  end
  await(title, function()
    if not chosen then
      vim.lsp.buf.code_action()
      vim.wait(500, function() return chosen end, 20)
    end
    return chosen and vim.api.nvim_buf_get_changedtick(0) > before
  end)
end

vim.api.nvim_create_autocmd("VimEnter", {
  callback = function()
    local client = vim.lsp.start_client({
      name = "srlint",
      cmd = vim.fn.json_decode(vim.env.SRLINT_COMMAND),
      root_dir = vim.fn.getcwd(),
    })
    vim.lsp.buf_attach_client(0, client)
    await("diagnostics", function() return #diagnostics() > 0 end)
    seen.diagnostics = {}
    for _, item in ipairs(diagnostics()) do
      table.insert(seen.diagnostics, { item.lnum, item.message, item.severity, item.source, tostring(item.code) })
    end
    for _, step in ipairs(vim.fn.json_decode(vim.env.SRLINT_STEPS)) do
      choose(step[1], step[2])
    end
    await("no diagnostics", function() return #diagnostics() == 0 end)
    vim.cmd("write")
    finish(nil)
  end,
})
