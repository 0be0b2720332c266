import { removeStrangersProject } from './project.ts';

// oxlint-disable-next-line import/no-default-export -- Jest asks for it
export default removeStrangersProject;
