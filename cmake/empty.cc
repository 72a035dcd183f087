// libweir.so has no source of its own: it holds the modules.
