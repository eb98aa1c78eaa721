update worksights.users set manager_user_id = 'FIRM-ann' where user_id = 'FIRM-ben';
