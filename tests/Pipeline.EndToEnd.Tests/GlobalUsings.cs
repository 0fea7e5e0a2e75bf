global using Pipeline.EndToEnd.Tests.Support;
global using Pipeline.Node.Tests.Listeners;
