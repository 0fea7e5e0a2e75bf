using Pipeline.Node.CommandLine;

return await CommandLineEntry.RunAsync(args);
